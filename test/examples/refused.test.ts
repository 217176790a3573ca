// What node:http's client refuses in a request that copies it does not end an example gateway, nor does it make two requests of one.
import { describe, expect, it } from "vitest";
import { startCountingUpstream } from "../upstream/counting-upstream.js";
import { exchange } from "../wire.js";
import { startExample } from "./start.js";

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
const chunked = `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`;
const upgrade =
  "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nConnection: close, Upgrade";

/** Each is one request, and may be none upstream. */
const heads: readonly (readonly [line: string, fields: string, octets?: string])[] = [
  ["GET /", "Trailer: x"],
  ["GET /", "Connection: close, TE\r\nTE: trailers\r\nTrailer: x"],
  ["POST /", "Trailer: x\r\nTransfer-Encoding: chunked", chunked],
  ["DELETE /", "Transfer-Encoding: chunked", chunked],
  ["OPTIONS /", "Connection: close, transfer-encoding\r\nTransfer-Encoding: chunked", chunked],
  ["PUT /", `Connection: close, content-length\r\nContent-Length: ${smuggled.length}`, smuggled],
  ["POST /", "Expect: 100-continue\r\nTrailer: x\r\nTransfer-Encoding: chunked", chunked],
  ["GET /", "Expect: 100-continue\r\nTrailer: x"],
  ["GET /", `${upgrade}\r\nTrailer: x`],
  ["GET /", `${upgrade}\r\nExpect: 100-continue\r\nTrailer: x`],
  ["GET /", `${upgrade}\r\nExpect: 100-continue\r\nContent-Length: ${smuggled.length}`, smuggled],
  ["POST /", "Transfer-Encoding: gzip, chunked", chunked],
  ["GET http://a:99999/", ""],
  ["GET http://elsewhere.example/?q", ""],
  ["GET //elsewhere.example/", ""],
  ["OPTIONS *", ""],
  ["GET *", ""],
  ["TRACE /", ""],
];

describe.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  it("answers each of them, and goes on", async () => {
    const upstream = await startCountingUpstream();
    try {
      const { port } = await startExample(name, { UPSTREAM: `http://127.0.0.1:${upstream.port}` });
      for (const [line, fields, octets = ""] of heads) {
        const before = upstream.requests.length;
        const more = fields.includes("Connection") ? fields : `Connection: close\r\n${fields}`;
        const bytes = await exchange(port, `${line} HTTP/1.1\r\nHost: a\r\n${more.trim()}\r\n\r\n${octets}`);
        expect(bytes, `${line} ${fields}`).toMatch(
          /^(?:HTTP\/1\.1 100 Continue\r\n\r\n)?HTTP\/1\.1 (?:200|400|404|405|501|502) /,
        );
        const made = upstream.requests.slice(before);
        expect(made.length, `${line} ${fields}`).toBeLessThanOrEqual(1);
        expect(made.map((request) => request.line).join()).not.toMatch(/smuggled| http:|999/);
        if (octets !== "" && made[0] && !fields.includes("Upgrade")) expect(made[0].content).toContain(smuggled);
      }
      expect(upstream.rest()).toEqual([]);
      expect(await exchange(port, "GET /last HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
    } finally {
      upstream.close();
    }
  });
});
