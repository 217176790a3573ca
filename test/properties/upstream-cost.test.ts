// No error body that an upstream may send is expensive to read: the price of an octet does not grow.
import { createResponder, normalizeError, UpstreamError } from "@fg-errors/core";
import { errorFinding } from "../../packages/core/src/reply/reply-finding.js";
import { headOf } from "../../packages/core/src/reply/reply.js";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { a, growth, most, nearly, nested, price, sizes, times, type Taken } from "./price.js";

const errorBodyLimit = 16_777_216;

const own = (more: object) => ({
  type: "about:blank",
  title: "Bad Request",
  status: 400,
  detail: "No.",
  instance: "/",
  error_code: "A.1",
  error_msg: "No.",
  request_id: "a",
  ...more,
});

/** Bodies of about so many octets. */
const bodies: Readonly<Record<string, (octets: number) => unknown>> = {
  "messages, and values that nearly stand in them": (octets) => ({
    errors: times(20, (at) => ({
      field: "f",
      message: a(octets / 50),
      value: times(2, (index) => nearly(octets / 150, at + index)),
    })),
  }),
  "one message, and values that nearly stand in it": (octets) => ({
    errors: [{ message: a(octets / 30), input: times(46, (index) => nearly(octets / 50, index)) }],
  }),
  "messages by field": (octets) => ({ errors: Object.fromEntries(times(octets / 30, (index) => [`k${index}`, ["No.", "No."]])) }),
  "fields without messages": (octets) => ({ errors: Object.fromEntries(times(octets / 15, (index) => [`k${index}`, []])) }),
  "fields that are paths": (octets) => ({
    errors: Object.fromEntries(times(octets / 500, (index) => ["a.[".repeat(150) + index, "No."])),
  }),
  "lists of nothing": (octets) =>
    Object.fromEntries(
      ["errors", "violations", "details", "detail", "message"].map((name) => [name, times(octets / 20, () => ({}))]),
    ),
  "lists of lists": (octets) => ({
    error: { details: times(octets / 800, () => ({ fieldViolations: times(20, () => ({ field: "a.b", description: "No." })) })) },
  }),
  "long texts": (octets) =>
    Object.fromEntries(["detail", "error_msg", "message", "msg", "error", "title"].map((name) => [name, `<${a(octets / 6)}`])),
  "nested lists": (octets) => ({ errors: times(octets / 400, () => nested(150)) }),
  "our own contract with fields": (octets) => own({ errors: times(octets / 40, () => ({ pointer: "#/a", detail: "No." })) }),
  "our own contract with extensions": (octets) => own(Object.fromEntries(times(octets / 12, (index) => [`k${index}`, "\u202e"]))),
  "our own contract with nested extensions": (octets) => own({ more: times(octets / 400, () => nested(150)) }),
  "our own contract with a long text": (octets) => own({ more: "\u009b".repeat(octets / 4), instance: `/${a(octets / 4)}` }),
};

const replyOf = (content: string) => new Response(content, { status: 400, headers: { "content-type": "application/json" } });

const respond = createResponder({ onError() {} });

function read(content: string): Taken {
  return { octets: Buffer.byteLength(content), act: () => normalizeUpstream(replyOf(content), { errorBodyLimit }) };
}

function answered(content: string): Taken {
  const act = async () => {
    const reply = replyOf(content);
    const finding = await errorFinding(headOf(reply), reply, { limit: errorBodyLimit });
    return respond(new UpstreamError(finding, undefined), { headers: {} });
  };
  return { octets: Buffer.byteLength(content), act };
}

describe.each(Object.entries(bodies))("%s", (_what, bodyOf) => {
  const [small, large] = [sizes.small, sizes.large].map((octets) => JSON.stringify(bodyOf(2 * octets))) as [string, string];

  it("is read in linear time", async () => {
    expect(await growth(read(small), read(large))).toBeLessThan(most);
  });

  it("is answered in linear time", async () => {
    expect(await growth(answered(small), answered(large))).toBeLessThan(most);
  });
});

it("a value that nearly stands in its message costs about as much as one that does not at all", async () => {
  const body = (value: (index: number) => string) =>
    JSON.stringify({ errors: times(2, () => ({ field: "f", message: a(1000), value: times(49, value) })) });
  const harmless = read(body((index) => `${"b".repeat(510)}${index}`));
  expect(await growth(harmless, read(body((index) => nearly(510, index % 9))))).toBeLessThan(most);
});

describe("an object of very many keys", () => {
  const many = Object.fromEntries(times(300_000, (index) => [`k${index}`, 1]));
  const text = JSON.stringify(many);
  /** What it costs to parse it, which somebody did before us. */
  const parsing: Taken = { octets: text.length, act: () => JSON.parse(text) as unknown };
  const issue = { path: [], message: "No.", input: many };

  it.each<[string, unknown]>([
    ["that is thrown", many],
    ["that a hundred issues keep", { issues: times(100, () => issue) }],
    ["in lists that a hundred issues keep", { issues: times(100, () => ({ ...issue, input: [[many]] })) }],
    ["that a union's alternatives keep", { issues: [{ ...issue, errors: times(100, () => times(100, () => issue)) }] }],
    ["for a list of issues", { issues: many, errors: many, details: many, inner: many, validation: many }],
    ["of messages", [{ property: "a", constraints: many, children: [] }]],
    ["of an ORM's errors", { name: "ValidationError", _message: "No.", errors: many }],
  ])("%s costs no more than to parse it", async (_what, value) => {
    const act = () => normalizeError(value);
    let [least, parsed] = [Infinity, 0];
    for (let tried = 0; tried < 5 && least > parsed; tried++) {
      parsed = Math.max(parsed, await price(parsing));
      least = Math.min(least, await price({ octets: text.length, act }));
    }
    expect(least).toBeLessThan(parsed);
  });
});
