import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FastifyInstance } from 'fastify';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};

/** Nothing but the page's own files: the editor's style sheets are constructed (web/src/editor.ts), so they need no exception. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * Serves the built page: `/` and `/assets/*`. The files are read once, so no path of a request ever reaches the disk. Files
 * with a hash in their name are kept by browsers for a year.
 *
 * @throws Error when the page was not built
 */
export function servePage(app: FastifyInstance, directory: string): void {
  const index = fs.readFileSync(path.join(directory, 'index.html'), 'utf8');
  app.get('/', (_, reply) =>
    reply
      .header('content-security-policy', CONTENT_SECURITY_POLICY)
      .header('referrer-policy', 'no-referrer')
      .header('x-content-type-options', 'nosniff')
      .header('cache-control', 'no-store')
      .type(TYPES['.html']!)
      .send(index),
  );
  for (const file of fs.readdirSync(path.join(directory, 'assets'))) {
    const content = fs.readFileSync(path.join(directory, 'assets', file));
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    app.get(`/assets/${file}`, { logLevel: 'warn' }, (_, reply) =>
      reply
        .header('cache-control', 'public, max-age=31536000, immutable')
        .header('x-content-type-options', 'nosniff')
        .type(type)
        .send(content),
    );
  }
}
