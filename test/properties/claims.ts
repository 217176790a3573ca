// What is drawn of things that are not what they should be: findings that anybody claims to be ours, facts of a request, methods.
import { validateHeaderValue } from "node:http";
import * as fc from "fast-check";
import type { Arbitrary } from "fast-check";
import type { Facts } from "@fg-errors/core";
import { proxyErrors } from "@fg-errors/core/upstream";
import { bites, cook } from "./recipes.js";

const bite = fc.record({ bite: fc.constantFrom(...(Object.keys(bites) as (keyof typeof bites)[])) });

/** Octets that no field has, and values that are no text. */
export const junk: Arbitrary<unknown> = fc.oneof(
  bite,
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom("__proto__", "constructor", "a\r\nb: c", "\0", " x ", "GET", "x".repeat(5000)),
  fc.oneof(fc.integer(), fc.double(), fc.bigInt(), fc.boolean(), fc.constantFrom(null, undefined)),
  fc.array(fc.oneof(fc.string({ maxLength: 5 }), fc.bigInt()), { maxLength: 3 }),
);

const member = <T>(usual: Arbitrary<T>) => fc.oneof({ weight: 2, arbitrary: usual as Arbitrary<unknown> }, junk);
const text = member(fc.constantFrom("Sold out", "/orders/17", "SHOP.0409", "https://errors.example/sold-out"));

/** Members of a finding, of which some are what they should be. */
const finding = fc.record(
  {
    status: fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 400, max: 599 }) as Arbitrary<unknown> }, junk),
    type: text,
    title: text,
    detail: text,
    code: text,
    instance: text,
    requestId: text,
    errors: member(fc.array(fc.oneof(fc.record({ pointer: text, detail: text }), junk), { maxLength: 3 })),
    headers: member(fc.dictionary(fc.constantFrom("Allow", "Retry-After", "Vary", "Proxy-Status", "X A"), junk, { maxKeys: 2 })),
    extensions: member(fc.dictionary(fc.string({ maxLength: 5 }), junk, { maxKeys: 2 })),
    proxyError: member(fc.constantFrom(...Object.keys(proxyErrors))),
    receivedStatus: member(fc.constantFrom(200, 404, 503)),
    ...Object.fromEntries(["ours", "upstream", "routine", "relayed"].map((name) => [name, member(fc.boolean())])),
  },
  { requiredKeys: ["status"] },
);

/** Recipes for values that say what they mean as our own errors do, but by a Proxy or with members that are something else. */
export const claimed: Arbitrary<unknown> = fc.oneof({ weight: 6, arbitrary: fc.record({ claims: finding }) }, fc.record({ claims: bite }), bite); // prettier-ignore

/** Forms in which the methods of a path may be given. */
const allows = {
  none: () => undefined,
  methods: () => () => ["GET", "POST"],
  "junk among them": (some: readonly unknown[]) => () => ["GET", ...some],
  "no list": (some: readonly unknown[]) => () => some[0],
  "no function": (some: readonly unknown[]) => some[0],
  "without end": (some: readonly unknown[]) =>
    function* () {
      for (;;) yield some[0];
    },
  "broken off": () =>
    function* () {
      yield "GET";
      throw new Error("s3cr3t");
    },
} satisfies Record<string, (some: readonly unknown[]) => unknown>;

const fieldNames = fc.constantFrom("accept", "content-encoding", "x-request-id", "traceparent", "vary", "allow", "www-authenticate", "proxy-status", "x-a"); // prettier-ignore

/** A recipe for facts: each of them what it should be, something else, or a getter that throws. */
export const hostileFacts = fc.record({
  members: fc.record(
    {
      headers: fc.oneof(fc.dictionary(fieldNames, junk, { maxKeys: 4 }) as Arbitrary<unknown>, junk),
      responseHeaders: fc.oneof(fc.dictionary(fieldNames, junk, { maxKeys: 4 }) as Arbitrary<unknown>, junk),
      method: member(fc.constantFrom("GET", "HEAD")),
      url: member(fc.constantFrom("/orders?token=qu3ry", "http://a/b", "*")),
      aborted: member(fc.boolean()),
      complete: member(fc.boolean()),
      origin: member(fc.constantFrom("inbound", "upstream", "datastore")),
    },
    { requiredKeys: ["headers"] },
  ),
  allow: fc.constantFrom(...(Object.keys(allows) as (keyof typeof allows)[])),
  some: fc.array(junk, { minLength: 1, maxLength: 3 }),
  throwing: fc.option(fc.constantFrom("headers", "responseHeaders", "method", "url", "aborted", "complete", "origin", "allow")),
});

type Drawn = typeof hostileFacts extends Arbitrary<infer T> ? T : never;

export function cookFacts({ members, allow, some, throwing }: Drawn): Facts {
  const facts = { ...(cook(members) as object), allow: allows[allow](cook(some) as unknown[]) };
  if (throwing !== null)
    Object.defineProperty(facts, throwing, {
      get() {
        throw new Error("s3cr3t");
      },
    });
  return facts as Facts;
}

/** The names of the fields that a status may demand, where one of them is set on the response that can be sent. */
export function setAlready({ members }: Drawn): string[] {
  const fields = cook(members.responseHeaders) as Record<string, unknown> | undefined;
  return ["allow", "www-authenticate", "proxy-authenticate"].filter((name) => {
    try {
      const value = fields?.[name];
      validateHeaderValue(name, value as string);
      return typeof value === "string" || (Array.isArray(value) && value.length > 0);
    } catch {
      return false;
    }
  });
}
