import type { Readable } from "node:stream";
import { errorBodyTimeout } from "../../util/limits.js";

/**
 * Reads the first octets of a stream, at most `limit`: what came before its end, a fault, or a timeout. Then it destroys the stream without
 * an error: a proxy would mistake one for a fault of the exchange and answer itself.
 */
export function readStart(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve) => {
    let kept: Buffer = noOctets;
    let length = 0;
    const timer = setTimeout(finishRead, errorBodyTimeout);
    function finishRead() {
      clearTimeout(timer);
      resolve(kept.subarray(0, length));
      stream.destroy();
    }
    stream.on("data", (chunk: unknown) => {
      if (length >= limit || !(chunk instanceof Uint8Array || typeof chunk === "string")) return;
      const octets = asBuffer(chunk);
      const next = Math.min(limit, length + octets.length);
      if (length === 0) kept = octets; // nearly always the only chunk
      else {
        // One buffer that grows: a chunk may be one octet, and would occupy a hundred if it were kept as it is.
        if (next > kept.length) kept = grown(kept, length, Math.min(limit, Math.max(next, 2 * kept.length, 4096)));
        kept.set(octets.subarray(0, next - length), length);
      }
      length = next;
      if (length >= limit) finishRead();
    });
    for (const event of ["end", "close", "error"]) stream.on(event, finishRead);
    if (stream.destroyed) finishRead();
    else stream.resume();
  });
}

const noOctets = Buffer.alloc(0);

function asBuffer(chunk: Uint8Array | string): Buffer {
  if (typeof chunk === "string") return Buffer.from(chunk);
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}

function grown(kept: Buffer, length: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  kept.copy(larger, 0, 0, length);
  return larger;
}
