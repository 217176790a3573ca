// The same from HTTP/2, where nothing says how long the content is: it must not leave without an end that HTTP/1 knows.
import { once } from "node:events";
import { Agent } from "node:http";
import { connect, createServer, type Http2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { startCountingUpstream } from "./counting-upstream.js";
import { libraries } from "./proxy-libraries.js";

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

const framings: readonly (readonly [name: string, fields: Readonly<Record<string, string>>, content: string])[] = [
  ["no content", {}, ""],
  ["content of unknown length", {}, smuggled],
  ["Content-Length", { "content-length": String(smuggled.length) }, smuggled],
  ["Trailer and TE", { trailer: "x", te: "trailers" }, smuggled],
];

async function withHttp2<R>(server: Http2Server, visit: (port: number) => Promise<R>): Promise<R> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await visit((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  it.each(framings)("%s", async (_name, fields, content) => {
    const upstream = await startCountingUpstream();
    const agent = new Agent({ keepAlive: true });
    const { web } = library.create(upstream.port, { settings: { agent } });
    try {
      await withHttp2(createServer(web as never), async (port) => {
        const session = connect(`http://127.0.0.1:${port}`);
        for (const method of ["GET", "POST", "DELETE", "OPTIONS", "PUT"]) {
          const before = upstream.requests.length;
          const stream = session.request({ ":method": method, ":path": "/http2", ...fields }, { endStream: content === "" });
          if (content !== "") stream.end(content);
          const [head] = (await once(stream, "response")) as [Record<string, unknown>];
          expect(String(Buffer.concat(await stream.toArray())), method).toBe(`number ${before + 1}`);
          expect(head[":status"]).toBe(200);
          expect(upstream.requests.slice(before)).toMatchObject([{ line: `${method} /http2 HTTP/1.1`, content }]);
        }
        session.close();
        await once(session, "close");
      });
      expect(upstream.rest()).toEqual([]);
    } finally {
      agent.destroy();
      upstream.close();
    }
  });
});
