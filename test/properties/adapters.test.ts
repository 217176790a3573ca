// Whatever a handler has set and then throws, what an adapter writes keeps the contract, and the operator hears of it once.
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { bites, cook } from "./recipes.js";
import { settings } from "./settings.js";
import { anything } from "./thrown.js";

/** Those that bite, and those that are nothing, have a share of their own. */
const value = fc.oneof(
  { weight: 8, arbitrary: anything },
  fc.constantFrom(null, undefined, false, 0, ""),
  fc.record({ bite: fc.constantFrom(...Object.keys(bites)) }),
);

/** Of the success that did not come about. */
const set = { ETag: '"s3cr3t"', "Content-Encoding": "gzip", Expires: "Fri, 31 Dec 2100 23:59:59 GMT", "Cache-Control": "public" };

/** What Express takes for "go on": no other route is found then. */
const passes = (thrown: unknown) => !thrown || thrown === "route" || thrown === "router";

describe.each(hosts)("$name", ({ create, family }) => {
  it("answers whatever is thrown by the contract, and tells of it once", { timeout: 60_000 }, async () => {
    let thrown: unknown;
    let causes: unknown[] = [];
    const listener = create(
      (_request, response) => {
        for (const [name, value] of Object.entries(set)) response.setHeader(name, value);
        throw thrown;
      },
      { onError: ({ cause }) => void causes.push(cause) },
    );
    await withServer(listener, (port) =>
      fc.assert(
        fc.asyncProperty(value, async (recipe) => {
          thrown = cook(recipe);
          causes = [];
          assertContract(parseAnswer(await exchange(port, request("GET /act"))));
          expect(causes.length).toBe(1);
          if (family === "koa" || !passes(thrown)) expect(Object.is(causes[0], thrown)).toBe(true);
        }),
        settings({ numRuns: 100 }),
      ),
    );
  });
});
