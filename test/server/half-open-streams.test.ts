// Streams of HTTP/2 whose response has left, while the client goes on with its request, or never ends it.
import { once } from "node:events";
import { connect, createServer, type ClientHttp2Stream, type Http2ServerRequest, type Http2ServerResponse } from "node:http2";
import type { AddressInfo } from "node:net";
import { drain, guardServer } from "@fg-errors/core/server";
import { expect, it } from "vitest";

const handlers: Readonly<Record<string, (request: Http2ServerRequest, response: Http2ServerResponse) => void>> = {
  "reads it": (request, response) => void response.end(String(request.resume() === request)),
  "does not read it": (_request, response) => void response.end("early"),
};

it.each(Object.keys(handlers))("count no more, and do not delay a drain: an application that %s", async (name) => {
  const server = guardServer(createServer(handlers[name]!), { maxInFlight: 2, onError() {} }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  session.on("error", () => {});
  const ask = async (method: string, isOpen: boolean): Promise<ClientHttp2Stream & { status?: unknown }> => {
    const stream = session.request({ ":path": "/", ":method": method }, { endStream: !isOpen });
    stream.on("error", () => {}).resume();
    if (isOpen) stream.write("x");
    const [head] = (await once(stream, "response")) as [Record<string, unknown>];
    return Object.assign(stream, { status: head[":status"] });
  };
  for (let count = 0; count < 2; count++) {
    const stream = await ask("POST", true);
    if (!stream.readableEnded) await once(stream, "end");
    expect(stream.status).toBe(200);
  }
  const last = await ask("GET", false);
  expect(last.status).toBe(200); // there is room again
  const before = performance.now();
  await drain(server, { timeout: 60_000 });
  expect(performance.now() - before).toBeLessThan(30_000); // a second of silence, however slow the machine
  session.destroy();
});
