// Bodies of our own contract that an attacker wrote.
import * as fc from "fast-check";

/** What an upstream may write to hurt those who read it. */
const hostile = fc.oneof(
  fc.constantFrom("javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,x", "vbscript:x", "//evil.example/a", "https://evil.example/a?b#c", "/a?token=b", "*", "urn:x"), // prettier-ignore
  fc.constantFrom(
    "\u202e",
    "a\u009b2J",
    "\r\nfg-errors: 500",
    "\u2028",
    "__proto__",
    "\ud800",
    "",
    `/${"a".repeat(20_000)}`,
    "%".repeat(3000),
  ),
  fc.string({ unit: "grapheme", maxLength: 20 }),
);

/** A body of our own contract, which anybody can write: its texts and its further members are what an attacker chose. */
export const forgedOwn = fc
  .record({
    type: fc.oneof(hostile, fc.constant("https://errors.example/paid")), // with about:blank, which is ours, a title may be any
    title: hostile,
    status: fc.oneof({ weight: 5, arbitrary: fc.integer({ min: 400, max: 599 }) }, fc.anything()),
    detail: hostile,
    instance: hostile,
    error_code: fc.oneof({ weight: 5, arbitrary: fc.constant("A.1") }, hostile),
    request_id: fc.oneof({ weight: 5, arbitrary: fc.constant("a-1") }, hostile),
    errors: fc.oneof(
      fc.array(fc.dictionary(fc.constantFrom("pointer", "parameter", "header", "detail"), hostile)),
      fc.constant(undefined),
      fc.jsonValue(),
    ),
  })
  .chain((body) =>
    fc
      .dictionary(
        hostile,
        fc.letrec((tie) => ({
          value: fc.oneof(
            hostile,
            fc.dictionary(hostile, tie("value"), { maxKeys: 3 }),
            fc.array(tie("value"), { maxLength: 3 }),
          ),
        })).value,
        { maxKeys: 5 },
      )
      .map((more): unknown => ({ ...more, ...body, error_msg: body.detail })),
  );
