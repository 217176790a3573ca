// Whatever is thrown, the answer keeps the contract.
import { createResponder, extendContract, functionGraph, normalizeError, rfc9110, type ResponderOptions } from "@fg-errors/core";
import { validateHeaderValue } from "node:http";
import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { claimed, cookFacts, hostileFacts, setAlready } from "./claims.js";
import { cook } from "./recipes.js";
import { settings } from "./settings.js";
import { anything, exposedFailures, unmeant } from "./thrown.js";

const contracts = {
  functionGraph,
  rfc9110,
  extended: extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } }),
};

const state = fc.record({
  contract: fc.constantFrom(...(Object.keys(contracts) as (keyof typeof contracts)[])),
  origin: fc.constantFrom("inbound", "upstream", "datastore", undefined),
  clientGone: fc.boolean(),
  encodedRequest: fc.boolean(),
  unreadRequest: fc.boolean(),
  relayStatuses: fc.uniqueArray(fc.integer({ min: 400, max: 599 }), { maxLength: 3 }),
} as const);

/** As which proxy it answers. */
const proxied = fc.record({ proxyName: fc.constant("edge"), proxyDetails: fc.boolean() }, { requiredKeys: [] });

const unhandled: unknown[] = [];
const note = (reason: unknown) => void unhandled.push(reason);
beforeAll(() => {
  process.on("unhandledRejection", note);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterAll(() => {
  process.off("unhandledRejection", note);
  vi.restoreAllMocks();
});

/** What a client gets of it. */
function answered(value: unknown, options: ResponderOptions, origin?: "inbound" | "upstream" | "datastore") {
  const facts = { headers: {}, method: "GET", url: "/orders?token=s3cr3t", origin };
  const { status, headers, body } = createResponder({ onError() {}, ...options })(value, facts);
  return assertContract({ status, headers: new Headers(headers), text: body }, options.contract);
}

it("normalizeError() never throws, gives a problem of the contract, and the same of the same", () => {
  fc.assert(
    fc.property(anything, state, (recipe, { contract: name, ...rest }) => {
      const [value, options] = [cook(recipe), { ...rest, contract: contracts[name] }];
      const { cause, ...problem } = normalizeError(value, options);
      expect(Object.is(cause, value)).toBe(true);
      expect(options.contract.statuses).toHaveProperty(String(problem.status));
      expect(problem.status).toBeGreaterThanOrEqual(400);
      const { cause: _same, ...again } = normalizeError(value, options);
      expect(again).toEqual(problem);
    }),
    settings(1000),
  );
});

it.each<[string, ResponderOptions]>([
  ["none", {}],
  ["a name for Proxy-Status", { proxyName: "edge" }],
  [
    "a map that says it anew",
    { map: ({ title, detail, errors, headers = {} }) => ({ title, detail, errors: errors!, headers }) },
  ],
])("the answer keeps the contract; options: %s", async (_kind, options) => {
  fc.assert(
    fc.property(anything, state, (recipe, { contract, origin }) => {
      answered(cook(recipe), { contract: contracts[contract], ...options }, origin);
    }),
    settings(500),
  );
  await new Promise(setImmediate);
  expect(unhandled).toEqual([]);
});

it("one valid answer follows, whatever claims to be ours, and whatever is said of the request", async () => {
  fc.assert(
    fc.property(fc.oneof(claimed, anything), hostileFacts, proxied, fc.boolean(), (recipe, drawn, proxy, isHeard) => {
      let reports = 0;
      const respond = createResponder({ ...proxy, ...(isHeard && { onError: () => void reports++ }) });
      const { status, headers, body } = respond(cook(recipe), cookFacts(drawn));
      const all = new Headers(headers);
      for (const name of setAlready(drawn)) if (!all.has(name)) all.set(name, "GET");
      assertContract({ status, headers: all, text: body }, functionGraph, []);
      for (const [name, value] of Object.entries(headers)) validateHeaderValue(name, value);
      expect(reports).toBe(isHeard ? 1 : 0);
      respond.report(cook(recipe), cookFacts(drawn));
    }),
    settings(1500),
  );
  await new Promise(setImmediate); // what is written to stderr
  expect(unhandled).toEqual([]);
});

it("an operational error shows nothing of itself", () => {
  fc.assert(
    fc.property(unmeant, (recipe) => void answered(cook(recipe), {})),
    settings(500),
  );
});

it("no server's failure says what its thrower said, whoever meant it for a client", () => {
  fc.assert(
    fc.property(exposedFailures, (recipe) => {
      expect(answered(cook(recipe), {})["status"]).toBeGreaterThanOrEqual(500);
    }),
    settings(500),
  );
});
