import { createHash } from 'node:crypto';
import { CLOSE_CODES, PROTOCOL_VERSION } from '../protocol/messages';
import { webSocketSchemas, type openApi } from './openapi';

interface Operation {
  readonly summary: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string; readonly description?: string }[];
  readonly requestBody?: unknown;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

interface MessageSchema {
  readonly oneOf?: readonly MessageSchema[];
  readonly anyOf?: readonly MessageSchema[];
  readonly allOf?: readonly MessageSchema[];
  readonly properties?: Readonly<
    Record<string, { readonly const?: string; readonly description?: string; readonly type?: string }>
  >;
  readonly required?: readonly string[];
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
code { font-family: ui-monospace, monospace; }
table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; }
td, th { text-align: left; vertical-align: top; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #8884; }
h3 code { font-size: 1.1em; }
`;

/**
 * The reference of HTTP and WebSocket, made from the schemas; one page without scripts.
 *
 * @param document what openApi() made
 */
export function docsPage(document: ReturnType<typeof openApi>): {
  readonly html: string;
  readonly contentSecurityPolicy: string;
} {
  const paths = document.paths as Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => describeOperation(method, path, operation)),
  );
  const { client, server } = webSocketSchemas();
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandpiper playground: reference</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Sandpiper playground</h1>
<p>The schemas of all requests and answers: <a href="/openapi.json">/openapi.json</a>.</p>
<h2>HTTP</h2>
${operations.join('\n')}
<h2>WebSocket</h2>
<p><code>/v1/ws</code>, subprotocol <code>${PROTOCOL_VERSION}</code>. Messages are JSON text. A browser sends its token as one more
subprotocol, <code>bearer.&lt;token&gt;</code>. Unknown fields are ignored; an unknown type is answered with an <code>error</code>.</p>
<p>Events of a job are numbered by <code>seq</code> from 1 without gaps within an <code>epoch</code>. A new epoch begins with
<code>reset</code>: drop what was shown of the job. After <code>exit</code>, or an <code>error</code> with an epoch, nothing follows.</p>
<h3>Client to gateway</h3>
${describeMessages(client as MessageSchema)}
<h3>Gateway to client</h3>
${describeMessages(server as MessageSchema)}
<h3>Close codes</h3>
<table>${Object.entries(CLOSE_CODES)
    .map(([name, code]) => `<tr><td><code>${code}</code></td><td>${name}</td></tr>`)
    .join('')}</table>
</body>
</html>
`;
  const hash = createHash('sha256').update(STYLE).digest('base64');
  return {
    html,
    contentSecurityPolicy: `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; frame-ancestors 'none'`,
  };
}

function describeOperation(method: string, path: string, { summary, parameters = [], responses }: Operation): string {
  const rows = [
    ...parameters.map(({ name, in: place, description = '' }) => [name, place, description]),
    ...Object.entries(responses).map(([status, { description }]) => [status, 'answer', description]),
  ];
  return `<h3><code>${method.toUpperCase()} ${escape(path)}</code></h3><p>${escape(summary)}</p>${table(rows)}`;
}

function describeMessages(schema: MessageSchema): string {
  const seen = new Set<string>();
  return messagesOf(schema)
    .map((message) => ({ message, type: message.properties?.type?.const }))
    .filter(({ type }) => type !== undefined && !seen.has(type) && seen.add(type))
    .map(({ message, type }) => {
      const rows = Object.entries(message.properties!)
        .filter(([name]) => name !== 'type')
        .map(([name, field]) => [
          name + (message.required?.includes(name) ? '' : '?'),
          field.type ?? '',
          field.description ?? '',
        ]);
      return `<h4><code>${escape(type!)}</code></h4>${table(rows)}`;
    })
    .join('\n');
}

/** The messages of a union, also of unions inside of it. */
function messagesOf(schema: MessageSchema): readonly MessageSchema[] {
  const parts = [...(schema.oneOf ?? []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
  return parts.length === 0 ? [schema] : parts.flatMap(messagesOf);
}

function table(rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const cells = (row: readonly string[]) =>
    row.map((cell, index) => `<td>${index === 0 ? `<code>${escape(cell)}</code>` : escape(cell)}</td>`).join('');
  return `<table>${rows.map((row) => `<tr>${cells(row)}</tr>`).join('')}</table>`;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
