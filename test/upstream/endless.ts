import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";

/** An upstream whose 404 has no end, written as fast as it is taken. */
export function endless(coding: string) {
  const text = randomBytes(12_288).toString("base64");
  const chunk = coding === "gzip" ? gzipSync(text) : Buffer.from(text); // gzip takes one member after the other
  let octets = 0;
  let close = () => {};
  const closed = new Promise<void>((resolve) => (close = resolve));
  const listener = async (_request: IncomingMessage, response: ServerResponse) => {
    response.once("close", close).writeHead(404, { "Content-Type": "text/plain", "Content-Encoding": coding });
    while (!response.destroyed) {
      octets += chunk.length;
      if (!response.write(chunk)) await Promise.race([once(response, "drain"), closed]);
    }
  };
  return { listener, closed, written: () => octets };
}
