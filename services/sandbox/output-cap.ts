/** Lets a number of bytes through. */
export interface OutputCap {
  /** Passes on what there is room for. @returns false once there was more than that */
  take(chunk: Buffer): boolean;
  readonly bytes: number;
}

export function outputCap(limitBytes: number, passOn: (chunk: Buffer) => void): OutputCap {
  let bytes = 0;
  return {
    take: (chunk) => {
      const room = limitBytes - bytes;
      const kept = chunk.length > room ? chunk.subarray(0, room) : chunk;
      bytes += kept.length;
      if (kept.length > 0) passOn(kept);
      return kept.length === chunk.length;
    },
    get bytes() {
      return bytes;
    },
  };
}
