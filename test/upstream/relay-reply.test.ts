// relayReply(): data in, data out; no response takes part.
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { inspect } from "node:util";
import { UpstreamError } from "@fg-errors/core";
import { expect, it, vi } from "vitest";
import { withServer } from "../wire.js";
import { relayReply } from "../../packages/core/src/relay/relay-reply.js";
import { survivingFieldsOf } from "../../packages/core/src/reply/inspect-reply.js";

const headers = { "set-cookie": ["a=1", "b=2"], connection: "close", etag: '"1"', "content-length": "7" };

it("gives the status, the fields and the content of a success, which it does not read", async () => {
  const body = Readable.from(["content"]);
  const relayed = await relayReply({ statusCode: 200, headers, body }, "GET", {});
  expect(relayed).toEqual({
    status: 200,
    headers: { "set-cookie": ["a=1", "b=2"], etag: '"1"', "content-length": "7" },
    content: body,
    receivedStatus: 200,
  });
  expect([body.readableDidRead, body.readableFlowing]).toEqual([false, null]);
  expect(await body.toArray()).toEqual(["content"]);
});

it("says which status was received where another is sent", async () => {
  const relayed = await relayReply({ statusCode: 202, headers: {}, body: Readable.from([]) }, "GET", { success: "fold" });
  expect(relayed).toMatchObject({ status: 204, receivedStatus: 202, content: null });
});

it("throws for an error reply, whose surviving fields each sink can set", async () => {
  const thrown: unknown = await relayReply({ statusCode: 404, headers, body: null }, "GET", {}).catch((error: unknown) => error);
  expect(thrown).toBeInstanceOf(UpstreamError);
  expect(survivingFieldsOf(thrown)).toEqual({ "set-cookie": ["a=1", "b=2"] });
  expect(Object.keys(thrown as object)).not.toContain("headers");
  expect(inspect(thrown, { depth: 9 })).not.toContain("a=1"); // as a log prints it
  expect([new Error("another"), undefined, "text"].map(survivingFieldsOf)).toEqual([undefined, undefined, undefined]);
});

const whereItIs = {
  "before its content has begun": (response: ServerResponse) => response.flushHeaders(),
  "after its content has begun": (response: ServerResponse) => response.write("begun"),
};

it.each(Object.entries(whereItIs))("a signal cancels the reply of node:http and of fetch at once, %s", async (when, begin) => {
  const upstream = createServer((_request, response) => begin(response.writeHead(200)));
  await withServer(upstream, async (port) => {
    const target = `http://127.0.0.1:${port}/`;
    const fromNode = async () => ((await once(get(target), "response")) as [IncomingMessage])[0];
    for (const call of [fromNode, () => fetch(target)]) {
      const requested = once(upstream, "request") as Promise<[IncomingMessage, ServerResponse]>;
      const reply = await call();
      const [, response] = await requested;
      const left = once(response, "close");
      const closing = new AbortController();
      const relaying = relayReply(reply, "GET", { signal: closing.signal });
      if (when.startsWith("after")) expect((await relaying).content!.readableLength).toBeGreaterThan(0);
      else await new Promise(setImmediate);
      closing.abort();
      await left;
      expect(response.writableEnded).toBe(false);
      expect((await relaying).status).toBe(200);
    }
  });
});

it("a signal cancels an error reply whose content is being read", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout"] }); // no time limit ends the reading
  try {
    const upstream = createServer((_request, response) => void response.writeHead(500).write("begun"));
    await withServer(upstream, async (port) => {
      const requested = once(upstream, "request") as Promise<[IncomingMessage, ServerResponse]>;
      const [reply] = (await once(get({ port, host: "127.0.0.1" }), "response")) as [IncomingMessage];
      const [, response] = await requested;
      const left = once(response, "close");
      const closing = new AbortController();
      const relaying = relayReply(reply, "GET", { signal: closing.signal });
      const failed = expect(relaying).rejects.toBeInstanceOf(UpstreamError);
      closing.abort();
      await Promise.all([left, failed]);
    });
  } finally {
    vi.useRealTimers();
  }
});

it("a signal that has aborted leaves no content to send", async () => {
  const body = Readable.from(["content"]);
  const relayed = await relayReply({ statusCode: 200, headers, body }, "GET", { signal: AbortSignal.abort() });
  expect([relayed.content, body.destroyed]).toEqual([null, true]);
});
