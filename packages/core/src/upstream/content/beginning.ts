import type { Readable } from "node:stream";

/** Milliseconds that are waited for error content at most: one that drips would hold the client up for ever. */
const mostPatience = 1000;

/**
 * The first octets of a stream, at most `limit`: what came before its end, a fault, or the end of our patience.
 * Then the stream is destroyed, without an error: a proxy would take one for a fault of the exchange and answer in our place.
 */
export function beginningOf(stream: Readable, limit: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    const timer = setTimeout(settle, mostPatience);
    function settle() {
      clearTimeout(timer);
      resolve(Buffer.concat(chunks).subarray(0, limit));
      stream.destroy();
    }
    stream.on("data", (chunk: unknown) => {
      if (length >= limit || !(chunk instanceof Uint8Array || typeof chunk === "string")) return;
      const octets = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      chunks.push(octets);
      length += octets.length;
      if (length >= limit) settle();
    });
    for (const event of ["end", "close", "error"]) stream.on(event, settle);
    if (stream.destroyed) settle();
    else stream.resume();
  });
}
