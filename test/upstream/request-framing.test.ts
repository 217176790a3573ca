// One request in, one request out: whatever a client writes, no library behind fgProxy() makes two of it, or none, or ends the process.
import { Agent } from "node:http";
import { describe, expect, it } from "vitest";
import { behind, koaProxies, libraries } from "./proxy-libraries.js";
import { startCountingUpstream } from "./counting-upstream.js";
import { exchange } from "../wire.js";

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"];

/** Fields, and what follows the head. */
const framings: readonly (readonly [name: string, fields: string, octets: string])[] = [
  ["no content", "", ""],
  ["Content-Length", `Content-Length: ${smuggled.length}\r\n`, smuggled],
  ["Content-Length: 0", "Content-Length: 0\r\n", ""],
  ["chunks", "Transfer-Encoding: chunked\r\n", chunked],
  ["chunks, in capitals", "TRANSFER-ENCODING: CHUNKED\r\n", chunked],
  ["chunks, and Connection names the coding", "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n", chunked],
  ["Content-Length, and Connection names it", `Connection: content-length\r\nContent-Length: ${smuggled.length}\r\n`, smuggled],
  ["chunks and Trailer", "Trailer: x\r\nTransfer-Encoding: chunked\r\n", chunked],
  ["chunks, Expect and Trailer", "Expect: 100-continue\r\nTrailer: x\r\nTransfer-Encoding: chunked\r\n", chunked],
  ["Trailer alone", "Trailer: x\r\n", ""],
  ["Trailer, TE and Keep-Alive", "Trailer: x\r\nTE: trailers\r\nKeep-Alive: timeout=5\r\nConnection: TE, Keep-Alive\r\n", ""],
  ["Trailer and Content-Length", `Trailer: x\r\nContent-Length: ${smuggled.length}\r\n`, smuggled],
  ["Expect and Trailer", "Expect: 100-continue\r\nTrailer: x\r\nContent-Length: 0\r\n", ""],
];

describe.each([...libraries, koaProxies])("$name", { concurrent: true }, (library) => {
  describe.each([
    { agent: "no agent", settings: (): { agent?: Agent } => ({}) },
    { agent: "an agent that keeps connections", settings: (): { agent?: Agent } => ({ agent: new Agent({ keepAlive: true }) }) },
  ])("$agent", ({ settings }) => {
    it.each(framings)("%s", async (_name, fields, octets) => {
      const upstream = await startCountingUpstream();
      const given = settings();
      try {
        await behind(library, upstream.port, { settings: given }, async (port) => {
          for (const [at, method] of methods.entries()) {
            const before = upstream.requests.length;
            const bytes = await exchange(
              port,
              `${method} /${at} HTTP/1.1\r\nHost: gateway.example\r\n${fields}\r\n${octets}` +
                "GET /next HTTP/1.1\r\nHost: gateway.example\r\nConnection: close\r\n\r\n",
            );
            expect(
              upstream.requests.slice(before).map(({ line }) => line),
              method,
            ).toEqual([`${method} /${at} HTTP/1.1`, "GET /next HTTP/1.1"]);
            const sent = upstream.requests[before]!;
            expect(sent.content, method).toBe(octets === "" ? "" : smuggled);
            expect(Object.keys(sent.fields)).not.toEqual(expect.arrayContaining(["trailer"]));
            expect(bytes, method).toMatch(new RegExp(`number ${before + 2}$`));
          }
        });
        expect(upstream.rest()).toEqual([]);
      } finally {
        given.agent?.destroy();
        upstream.close();
      }
    });
  });
});
