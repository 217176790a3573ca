// Nothing is published yet, but drafts went round: what had another name throws, and names the present one.
import { createServer, IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import * as core from "@fg-errors/core";
import { invocationResponse, toInvocation } from "@fg-errors/core/functiongraph";
import { fgProxy } from "@fg-errors/core/proxy";
import { guardServer } from "@fg-errors/core/server";
import { normalizeUpstream, relayResponse, upstream } from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import * as functions from "@fg-errors/functiongraph";
import * as koa from "@fg-errors/koa";
import type { Response as ExpressResponse } from "express";
import type { Context } from "koa";
import { expect, it } from "vitest";

it.each([
  ["express", express],
  ["koa", koa],
])("fgUpstream() of the %s adapter is now fgResponses()", (_name, { fgUpstream }) => {
  expect(() => fgUpstream()).toThrow(new TypeError("fgUpstream() is now fgResponses()"));
});

const reply = () => ({ statusCode: 200, headers: {}, body: null });
const request = { method: "GET", url: "http://a/", headers: [] };
const response = () => new ServerResponse(new IncomingMessage(new Socket()));

/** Every public function that takes options, by the name that its errors have. */
const calls: readonly [caller: string, call: (options: never) => unknown][] = [
  ["createResponder", (options) => core.createResponder(options)],
  ["normalizeError", (options) => core.normalizeError(new Error("x"), options)],
  ["normalizeUpstream", (options) => normalizeUpstream(reply(), options)],
  ["upstream", (options) => upstream(reply(), options)],
  ["relayResponse", (options) => relayResponse(reply(), request, options)],
  ["invocationResponse", (options) => invocationResponse({ statusCode: 200 }, request, options)],
  ["toInvocation", (options) => toInvocation(new Error("x"), {}, options)],
  ["fgProxy", (options) => fgProxy(options)],
  ["guardServer", (options) => guardServer(createServer(), options)],
  ["fgErrors", (options) => express.fgErrors(options)],
  ["fgErrors", (options) => koa.fgErrors(options)],
  ["fgErrors", (options) => functions.fgErrors(() => ({}), options)],
  ["fgResponses", (options) => express.fgResponses(options)],
  ["fgResponses", (options) => koa.fgResponses(options)],
  ["relay", (options) => express.relay(response() as unknown as ExpressResponse, reply(), options)],
  ["relay", (options) => koa.relay({ res: response() } as unknown as Context, reply(), options)],
];

it.each(calls)("%s() refuses the former names of options", async (caller, call) => {
  const thrownFor = async (options: object): Promise<unknown> => {
    try {
      await call(options as never);
      return "nothing was thrown";
    } catch (thrown) {
      return thrown;
    }
  };
  expect(await thrownFor({ relay: [404] })).toEqual(new TypeError(`${caller}: option "relay" is now "relayStatuses"`));
  const both = { hiddenFailures: true, functionGraph: true };
  expect(await thrownFor(both)).toEqual(new TypeError(`${caller}: option "functionGraph" is now "hiddenFailures"`));
});

it("no other public function has options by these names", () => {
  const named = [core, express, koa, functions].flatMap((module) =>
    Object.entries(module).flatMap(([name, value]) => (typeof value === "function" ? [name] : [])),
  );
  const withoutThem = [
    "browsers",
    "classifyFault",
    "clientSignal",
    "defineContract",
    "drain",
    "endToEnd",
    "explainCode",
    "extendContract",
    "fgUpstream",
    "fromInvocation",
    "problem",
    "ProblemError",
    "requestIdOf",
    "UpstreamError",
    "upstreamRequest",
  ];
  const all = new Set([...calls.map(([caller]) => caller), ...withoutThem]);
  expect([...new Set(named)].toSorted()).toEqual([...all].toSorted());
});
