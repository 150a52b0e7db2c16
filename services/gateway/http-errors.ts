import type { FastifyInstance, FastifyReply } from 'fastify';
import { httpStatus, sayWhenToRetry } from './service/http-status';
import { ServiceError } from './service/job-service';
import type { GatewayMetrics } from './metrics';

/** Answers every failure as JSON: a code, words for a person, and when to try again. No stack trace leaves the process. */
export function answerErrors(app: FastifyInstance, metrics: GatewayMetrics, maximumBytes: number): void {
  const routes: { readonly method: string; readonly path: RegExp }[] = [];
  app.addHook('onRoute', ({ method, url }) => {
    const path = new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:\w+/g, '[^/]+')}/?$`);
    for (const name of [method].flat()) routes.push({ method: name, path });
  });
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ServiceError) return sendError(reply, error, metrics);
    const { statusCode, message } = error as { statusCode?: number; message: string };
    if (statusCode === 413) {
      return sendError(reply, new ServiceError('payloadTooLarge', `a body has at most ${maximumBytes} bytes`), metrics);
    }
    if (statusCode === 415) {
      const sent = (request.headers['content-type'] ?? 'none').slice(0, 100);
      const refusal = new ServiceError('invalidMessage', `content-type: ${sent}; it must be application/json`);
      return sendError(reply, refusal, metrics, statusCode);
    }
    if (statusCode !== undefined && statusCode < 500) {
      return sendError(reply, new ServiceError('invalidMessage', message.slice(0, 200)), metrics, statusCode);
    }
    request.log.error({ err: error }, 'a request failed');
    return sendError(reply, new ServiceError('internal', 'the gateway failed'), metrics);
  });
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!.slice(0, 200);
    const methods = routes.filter((route) => route.path.test(path)).map(({ method }) => method);
    if (methods.length === 0) {
      return sendError(reply, new ServiceError('notFound', `there is no ${request.method} ${path}`), metrics);
    }
    const allowed = [...new Set(methods)].join(', ');
    void reply.header('allow', allowed);
    const refusal = new ServiceError('invalidMessage', `${path} takes ${allowed}, not ${request.method}`);
    return sendError(reply, refusal, metrics, 405);
  });
}

function sendError(
  reply: FastifyReply,
  error: ServiceError,
  metrics: GatewayMetrics,
  status = httpStatus[error.code],
): FastifyReply {
  const { code, message, retryAfterMs } = error;
  metrics.rejections.inc({ code });
  sayWhenToRetry(reply, error);
  // Fastify would end the connection while the client still sends, and the client would see no answer; what is left of the body
  // is read and dropped instead, for as long as a request may take.
  void reply.removeHeader('connection');
  if (code === 'unauthorized') void reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send({ error: { code, message, retryAfterMs } });
}
