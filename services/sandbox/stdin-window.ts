import { STDIN_WINDOW_BYTES } from './frames';

/** Sends standard input no faster than the command reads it: at most one window is under way. */
export interface StdinWindow {
  write(data: Buffer): Promise<void>;
  close(): void;
  acknowledge(bytes: number): void;
  /** Nobody reads any more: whoever waits goes on. */
  drop(): void;
}

export function stdinWindow(send: (data: Buffer) => void, sendClose: () => void): StdinWindow {
  let underWay = 0;
  let isClosed = false;
  let isOver = false;
  const queue: { data: Buffer; done: () => void }[] = [];
  /** Bytes still to be acknowledged before a write is done, in order. */
  const sent: { bytes: number; done?: () => void }[] = [];

  const flush = (): void => {
    while (queue.length > 0 && underWay < STDIN_WINDOW_BYTES) {
      const head = queue[0]!;
      const part = head.data.subarray(0, STDIN_WINDOW_BYTES - underWay);
      head.data = head.data.subarray(part.length);
      const isLast = head.data.length === 0;
      if (isLast) queue.shift();
      if (part.length > 0) send(part);
      underWay += part.length;
      sent.push({ bytes: part.length, done: isLast ? head.done : undefined });
    }
    settle(0);
    if (isClosed && queue.length === 0 && !isOver) {
      isOver = true;
      sendClose();
    }
  };
  const settle = (acknowledged: number): void => {
    let left = acknowledged;
    while (sent.length > 0) {
      const head = sent[0]!;
      const taken = Math.min(left, head.bytes);
      head.bytes -= taken;
      left -= taken;
      if (head.bytes > 0) return;
      sent.shift();
      head.done?.();
    }
  };

  return {
    write: (data) =>
      new Promise((done) => {
        if (isClosed || isOver) return done();
        queue.push({ data, done });
        return flush();
      }),
    close: () => {
      isClosed = true;
      flush();
    },
    acknowledge: (bytes) => {
      underWay -= bytes;
      settle(bytes);
      flush();
    },
    drop: () => {
      isOver = true;
      isClosed = true;
      for (const { done } of [...sent, ...queue]) done?.();
      sent.length = queue.length = 0;
    },
  };
}
