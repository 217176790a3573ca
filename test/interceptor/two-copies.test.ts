// A CommonJS and an ES module copy of this package, or two versions of it, meet on one response: they share one record.
import { readdirSync, readFileSync } from "node:fs";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { Readable } from "node:stream";
import { beforeEach, expect, it, vi } from "vitest";
import * as first from "../../packages/core/src/node/exchange.js";
import { Inspection } from "../../packages/core/src/reply/inspect-reply.js";
import { headOf } from "../../packages/core/src/reply/reply.js";

const key = Symbol.for("fg-errors.exchange");
const failure = new Error("x");
let second: typeof first;
let response: ServerResponse;

beforeEach(async () => {
  vi.resetModules();
  second = await import("../../packages/core/src/node/exchange.js");
  response = new ServerResponse(new IncomingMessage(new Socket()));
});

it("are two copies", () => {
  expect(second.markAnswered).not.toBe(first.markAnswered);
});

it("a failure that one has answered is no news to the other, another failure is", () => {
  expect(first.markAnswered(response, failure)).toBe(true);
  expect(second.isAnswered(response)).toBe(true);
  expect(second.markAnswered(response, failure)).toBe(false);
  expect(second.markAnswered(response, new Error("y"))).toBe(true);
});

it("undefined is a failure like any other", () => {
  expect(first.isAnswered(response)).toBe(false);
  expect(first.markAnswered(response, undefined)).toBe(true);
  expect(second.markAnswered(response, undefined)).toBe(false);
});

it("nothing is news on a response that one has silenced", () => {
  first.silence(response);
  expect(second.isAnswered(response)).toBe(true);
  expect(second.markAnswered(response, failure)).toBe(false);
});

it("one inspects what the other has not, and makes way for its answer", () => {
  expect(second.isInspected(response)).toBe(false);
  first.markExchange(response, "isInspected");
  expect(second.isInspected(response)).toBe(true);
  const act = vi.fn();
  first.beforeAnswer(response, act, "subject");
  second.prepareAnswer(response);
  expect(act).toHaveBeenCalledExactlyOnceWith("subject");
});

it("a record of another version may lack members, and has others", () => {
  const record = { isAnswered: true, answeredFor: failure, later: 1 };
  Object.assign(response, { [key]: record });
  expect(first.markAnswered(response, failure)).toBe(false);
  expect([first.isInspected(response), first.isRefused(response)]).toEqual([false, false]);
  first.prepareAnswer(response);
  expect(first.markSeemingDone(response)).toBe(true);
  first.silence(response);
  expect(record).toMatchObject({ isSilenced: true, later: 1 });
});

it("a response that nothing happened to carries no record", () => {
  for (const ask of [first.isAnswered, first.isInspected, first.isRefused, first.prepareAnswer]) ask(response);
  expect(Object.getOwnPropertySymbols(response)).not.toContain(key);
});

it("the content of a reply that one has inspected is not inspected by the other", async () => {
  const other = await import("../../packages/core/src/reply/inspect-reply.js");
  expect(other.Inspection).not.toBe(Inspection);
  const failure = JSON.stringify({ errorMessage: "x", errorType: "Error" });
  const reply = { statusCode: 200, headers: { "x-cff-request-id": "8f2b7b1c" }, body: Readable.from([failure]) };
  const inspect = (copy: typeof Inspection) => new copy(headOf(reply), { hiddenFailures: true }, "GET").finding(reply);
  expect(await inspect(Inspection)).toMatchObject({ status: 502 });
  expect(await inspect(other.Inspection)).toBeUndefined();
});

it("what one finds an error reply to leave, the other can read", async () => {
  const other = await import("../../packages/core/src/reply/inspect-reply.js");
  const head = { status: 404, headers: { vary: "origin" } };
  const failure = await new Inspection(head, {}).failure({ statusCode: 404, headers: {} });
  expect(other.survivingFieldsOf(failure)).toEqual({ vary: "origin" });
});

it("no other place in the packages asks for HTTP/2, or marks a response", () => {
  const root = new URL("../../packages/", import.meta.url);
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => /^\w+\/src\/.*\.ts$/.test(path));
  const has = (pattern: RegExp) => paths.filter((path) => pattern.test(readFileSync(new URL(path, root), "utf8")));
  expect(has(/"stream" in |\bstream\?: unknown|\.stream (?:!==|===) undefined/)).toEqual(["core/src/http/is-http2.ts"]);
  expect(has(/"The response was cut"/)).toEqual(["core/src/node/cut.ts"]);
  expect(has(/fg-errors\.exchange/)).toEqual(["core/src/node/exchange.ts"]);
});
