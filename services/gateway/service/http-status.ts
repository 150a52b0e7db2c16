import type { FastifyReply } from 'fastify';
import type { ErrorCode } from '../../protocol/messages';
import type { ServiceError } from './job-service';

/** The status of an HTTP answer that refuses. */
export const httpStatus: Readonly<Record<ErrorCode, number>> = {
  invalidMessage: 400,
  unknownLanguage: 400,
  payloadTooLarge: 413,
  unauthorized: 401,
  forbidden: 403,
  notFound: 404,
  rateLimited: 429,
  tooManyJobs: 429,
  tooManyConnections: 429,
  overloaded: 503,
  unavailable: 503,
  slowReader: 503,
  internal: 500,
};

/** The header that clients and proxies know, in whole seconds. */
export function sayWhenToRetry(reply: FastifyReply, { retryAfterMs }: ServiceError): void {
  if (retryAfterMs !== undefined) void reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
}
