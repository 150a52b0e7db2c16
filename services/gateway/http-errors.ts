import type { FastifyInstance, FastifyReply } from 'fastify';
import { httpStatus, sayWhenToRetry } from './service/http-status';
import { ServiceError } from './service/job-service';
import type { GatewayMetrics } from './metrics';

/** Answers every failure as JSON: a code, words for a person, and when to try again. No stack trace leaves the process. */
export function answerErrors(app: FastifyInstance, metrics: GatewayMetrics): void {
  app.setErrorHandler((error, request, reply) => {
    if (error instanceof ServiceError) return sendError(reply, error, metrics);
    const { statusCode, message } = error as { statusCode?: number; message: string };
    if (statusCode === 413) return sendError(reply, new ServiceError('payloadTooLarge', message), metrics);
    if (statusCode !== undefined && statusCode < 500) {
      return sendError(reply, new ServiceError('invalidMessage', message), metrics);
    }
    request.log.error({ err: error }, 'a request failed');
    return sendError(reply, new ServiceError('internal', 'the gateway failed'), metrics);
  });
  app.setNotFoundHandler((request, reply) =>
    sendError(
      reply,
      new ServiceError('notFound', `there is no ${request.method} ${request.url.split('?')[0]}`),
      metrics,
    ),
  );
}

function sendError(reply: FastifyReply, error: ServiceError, metrics: GatewayMetrics): FastifyReply {
  const { code, message, retryAfterMs } = error;
  metrics.rejections.inc({ code });
  sayWhenToRetry(reply, error);
  if (code === 'unauthorized') void reply.header('www-authenticate', 'Bearer');
  return reply.code(httpStatus[code]).send({ error: { code, message, retryAfterMs } });
}
