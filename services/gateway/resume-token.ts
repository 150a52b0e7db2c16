import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Makes and checks the tokens that show that their bearer submitted a job. Nothing is stored: every gateway with the secret knows them. */
export interface ResumeTokens {
  of(jobId: string): string;
  isValid(jobId: string, token: string): boolean;
}

/** @param secret the gateway's secret, of any length; the key is derived from it, so that a token tells nothing of it */
export function resumeTokens(secret: string): ResumeTokens {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'sandpiper resume token', 32));
  const digest = (jobId: string): Buffer => createHmac('sha256', key).update(jobId).digest();
  return {
    of: (jobId) => digest(jobId).toString('base64url'),
    isValid: (jobId, token) => {
      const given = Buffer.from(token, 'base64url');
      const wanted = digest(jobId);
      return given.length === wanted.length && timingSafeEqual(given, wanted);
    },
  };
}
