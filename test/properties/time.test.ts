// No text makes anything here slow: each regex is linear, and long texts are cut before they are looked at.
import { createResponder, normalizeError } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { cook } from "./recipes.js";
import { settings } from "./settings.js";
import { shapes } from "./shapes.js";

/** Characters. What is quadratic takes minutes for as many. */
const length = 200_000;

/** Milliseconds that anything may take, with a machine that is busy. */
const most = 1000;

/** A few characters that mean something to somebody, over and over, and something else at the end. */
const long = fc
  .tuple(
    fc.array(fc.constantFrom(...` \t,;:./=\\"'a0%-_<>(){}[]&#@!~é\r\n`), { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "!", "x", "\n"),
  )
  .map(([unit, last]) => unit.join("").repeat(length / unit.length) + last);

const names =
  "name message code type title detail path status headers errors property keyword instancePath msg location sqlState".split(" ");

function timed(act: () => unknown) {
  const started = performance.now();
  act();
  expect(performance.now() - started).toBeLessThan(most);
}

it("an error with a long member", () => {
  fc.assert(
    fc.property(fc.constantFrom(...shapes), fc.constantFrom(...names), long, (shape, name, text) => {
      const value = cook({ ...shape, members: { ...shape.members, [name]: text, cause: { message: text } } });
      timed(() => normalizeError(value));
    }),
    settings({ numRuns: 200 }),
  );
});

it("an error whose issues have long texts", () => {
  fc.assert(
    fc.property(fc.constantFrom("errors", "issues", "details", "inner", "validation"), long, (list, text) => {
      const issue = Object.fromEntries(names.map((name) => [name, text]));
      const value = cook({
        make: "Error",
        members: { [list]: Array.from({ length: 50 }, () => issue), isJoi: true },
        state: "as it is",
      });
      timed(() => normalizeError(value));
    }),
    settings({ numRuns: 50 }),
  );
});

const fields = ["accept", "x-request-id", "x-cff-request-id", "traceparent", "content-encoding"];

it("a request with long fields and a long address", () => {
  const respond = createResponder({ onError() {}, proxyName: "edge" });
  fc.assert(
    fc.property(fc.constantFrom(...fields), long, (name, text) => {
      timed(() =>
        respond(cook(shapes[0]), { headers: { [name]: text }, url: text, responseHeaders: { vary: text, "proxy-status": text } }),
      );
    }),
    settings({ numRuns: 100 }),
  );
});

const types = ["application/json", "application/problem+json", "application/problem+xml", "text/plain", "text/html"];

it("a reply with long fields and long content", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(404, 401, 405, 503),
      fc.constantFrom(...types, undefined),
      long,
      async (statusCode, type, text) => {
        const headers = {
          "content-type": type ?? text,
          "retry-after": text,
          "www-authenticate": text,
          allow: text,
          "proxy-status": text,
        };
        const content = type?.includes("json") ? JSON.stringify({ message: text, error: { code: text } }).slice(0, 65_536) : text;
        const started = performance.now();
        await normalizeUpstream({ statusCode, headers, body: Readable.from([Buffer.from(content)]) });
        expect(performance.now() - started).toBeLessThan(most);
      },
    ),
    settings({ numRuns: 100 }),
  );
});
