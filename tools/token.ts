import { createHmac } from 'node:crypto';

/** A token (HS256) of a made-up user, valid for `seconds` from now. */
export function signDemoToken(secret: string, seconds: number): string {
  const now = Math.floor(Date.now() / 1000);
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({
    iat: now,
    exp: now + seconds,
    user_id: 'demo',
    user_full_name: 'Demo User',
    user_email: 'demo@example.com',
  })}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
