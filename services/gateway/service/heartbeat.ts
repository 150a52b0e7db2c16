import type { WebSocket } from 'ws';

/** Whether the peer of a WebSocket is there. */
export interface Heartbeat {
  /** The peer said something: it need not answer the next ping. */
  heard(): void;
}

/**
 * Pings a peer until the socket closes, and ends the socket of one that answered nothing since the last ping. What is not read
 * from is spared: no answer can come from it.
 */
export function startHeartbeat(socket: WebSocket, intervalMs: number): Heartbeat {
  let isAlive = true;
  const heard = (): void => void (isAlive = true);
  const timer = setInterval(() => {
    if (!isAlive && !socket.isPaused) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, intervalMs);
  socket.on('pong', heard);
  socket.once('close', () => clearInterval(timer));
  return { heard };
}
