// relayReply(): data in, data out; no response takes part.
import { Readable } from "node:stream";
import { UpstreamError } from "@fg-errors/core";
import { expect, it } from "vitest";
import { relayReply, survivingFieldsOf } from "../../packages/core/src/relay/relay-reply.js";

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
  expect([new Error("another"), undefined, "text"].map(survivingFieldsOf)).toEqual([undefined, undefined, undefined]);
});
