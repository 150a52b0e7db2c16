// A service for tests of the local front. GET /healthz answers 204; the other paths say what they do.
'use strict';
const http = require('node:http');
const { WebSocketServer } = require('ws');

const server = http.createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost');
  response.setHeader('x-pid', String(process.pid));
  const routes = {
    '/healthz': () => response.writeHead(204).end(),
    '/echo': () => request.pipe(response),
    '/headers': () => response.end(JSON.stringify(request.headers)),
    '/env': () => response.end(JSON.stringify(process.env)),
    '/slow': () => setTimeout(() => response.end('slow answer'), Number(url.searchParams.get('ms'))),
    '/die': () => response.end('dying', () => process.exit(3)),
  };
  const route = routes[url.pathname];
  if (route) route();
  else response.writeHead(500).end('the front let through what it should not');
});

const sockets = new WebSocketServer({ server, path: '/ws' });
sockets.on('connection', (socket) => socket.on('message', (message) => socket.send(`echo: ${message}`)));

process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
server.listen(Number(process.env.PORT), '127.0.0.1');
