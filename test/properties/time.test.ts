// No text makes anything here slow: each regex is linear, and long texts are cut before they are looked at.
import { createResponder, normalizeError } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { Readable } from "node:stream";
import * as fc from "fast-check";
import { it } from "vitest";
import { expectWork } from "../patience.js";
import { cook } from "./recipes.js";
import { settings } from "./settings.js";
import { shapes } from "./shapes.js";

/** Characters. What is quadratic takes minutes for as many. */
const length = 200_000;

/** Milliseconds of processor time that anything may take. */
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

const timed = (act: () => unknown) => expectWork(act, most);

it("an error with a long member", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...shapes), fc.constantFrom(...names), long, async (shape, name, text) => {
      const value = cook({ ...shape, members: { ...shape.members, [name]: text, cause: { message: text } } });
      await timed(() => normalizeError(value));
    }),
    settings(200),
  );
});

it("an error whose issues have long texts", async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom("errors", "issues", "details", "inner", "validation"), long, async (list, text) => {
      const issue = Object.fromEntries(names.map((name) => [name, text]));
      const value = cook({
        make: "Error",
        members: { [list]: Array.from({ length: 50 }, () => issue), isJoi: true },
        state: "as it is",
      });
      await timed(() => normalizeError(value));
    }),
    settings(50),
  );
});

const fields = ["accept", "x-request-id", "x-cff-request-id", "traceparent", "content-encoding"];

it("a request with long fields and a long address", async () => {
  const respond = createResponder({ onError() {}, proxyName: "edge" });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...fields), long, async (name, text) => {
      await timed(() =>
        respond(cook(shapes[0]), { headers: { [name]: text }, url: text, responseHeaders: { vary: text, "proxy-status": text } }),
      );
    }),
    settings(100),
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
        await timed(() => normalizeUpstream({ statusCode, headers, body: Readable.from([Buffer.from(content)]) }));
      },
    ),
    settings(100),
  );
});
