import type { FastifyRequest } from 'fastify';
import type { Caller, JobService } from './service/job-service';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks, where the route's `onRequest` admitted them. */
    caller?: Caller;
  }
}

/** @returns the `onRequest` of what submits a job */
export function admission(
  service: Pick<JobService, 'admit'>,
  callerOf: (request: FastifyRequest) => Promise<Caller>,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    const caller = await callerOf(request);
    await service.admit(caller);
    request.caller = caller;
  };
}
