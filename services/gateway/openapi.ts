import { z } from 'zod';
import { optionsSchema } from '../languages/schema';
import { clientMessageSchema, errorCodeSchema, PROTOCOL_VERSION, serverMessageSchema } from '../protocol/messages';
import { runnerEventSchema } from '../protocol/events';
import { runRequestSchema, runSchema } from './run';
import { TOKEN_HEADER } from './runs';

const languageSchema = z.object({
  id: z.string(),
  name: z.string(),
  aliases: z.array(z.string()),
  version: z.string(),
  highlight: z.string(),
  sourceFile: z.string(),
  isCompiled: z.boolean(),
  /** Regular expressions of the options that a job may ask for. */
  options: optionsSchema.optional(),
});
const errorSchema = z.object({
  error: z.object({ code: errorCodeSchema, message: z.string(), retryAfterMs: z.int().optional() }),
});

type Schema = Readonly<Record<string, unknown>>;

function jsonSchema(schema: z.ZodType): Schema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as Record<
    string,
    unknown
  >;
  return rest;
}

function answer(description: string, schema?: z.ZodType): Schema {
  return schema ? { description, content: { 'application/json': { schema: jsonSchema(schema) } } } : { description };
}

const failures: Schema = { default: answer('The request was refused, or failed.', errorSchema) };
const idParameter: Schema = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
const tokenParameter: Schema = {
  name: TOKEN_HEADER,
  in: 'header',
  description: 'The token from the submit; not needed by the user who submitted the job.',
  schema: { type: 'string' },
};

/** The OpenAPI 3.1 document, made from the schemas that the gateway checks with. */
export function openApi(): Schema {
  const onRun = [idParameter, tokenParameter];
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sandpiper playground',
      version: '1',
      description: `Runs programs in single-use sandboxes. Live output, input and signals: WebSocket /v1/ws (${PROTOCOL_VERSION}).`,
    },
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
    security: [{ bearer: [] }, {}],
    paths: {
      '/v1/languages': {
        get: {
          summary: 'The languages and versions that can be run',
          responses: { 200: answer('All of them.', z.object({ languages: z.array(languageSchema) })), ...failures },
        },
      },
      '/v1/runs': {
        post: {
          summary: 'Runs a program',
          parameters: [
            {
              name: 'Prefer',
              in: 'header',
              description: 'respond-async: answer 202 at once, without waiting for the end',
              schema: { type: 'string' },
            },
          ],
          requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(runRequestSchema) } } },
          responses: {
            200: answer('It has ended.', runSchema),
            202: answer('It was accepted.', runSchema),
            ...failures,
          },
        },
      },
      '/v1/runs/{id}': {
        get: {
          summary: 'The state of a run, and its result once it has ended',
          parameters: onRun,
          responses: { 200: answer('What is known.', runSchema), ...failures },
        },
        delete: {
          summary: 'Cancels a run',
          parameters: onRun,
          responses: { 204: answer('The runner is told.'), ...failures },
        },
      },
      '/v1/runs/{id}/events': {
        get: {
          summary: 'The events of a run so far',
          parameters: [
            ...onRun,
            {
              name: 'after',
              in: 'query',
              description: '<epoch>:<seq> of the last event that was seen',
              schema: { type: 'string' },
            },
          ],
          responses: {
            200: answer('Up to 1000 of them.', z.object({ events: z.array(runnerEventSchema) })),
            ...failures,
          },
        },
      },
    },
  };
}

/** JSON Schemas of the WebSocket's messages, by who says them. */
export function webSocketSchemas(): Readonly<Record<'client' | 'server', Schema>> {
  return { client: jsonSchema(clientMessageSchema), server: jsonSchema(serverMessageSchema) };
}
