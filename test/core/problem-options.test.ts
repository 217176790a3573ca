// What problem() takes, and what it refuses: a wrong option would be left out, and its author would never know.
import { createResponder, normalizeError, problem, type ProblemErrorOptions } from "@fg-errors/core";
import { afterEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const own = {
  code: "ORDER_NOT_FOUND",
  type: "https://errors.example/no-order",
  title: "No Such Order",
  extensions: { order: 17 },
};

describe.each(hosts)("$name", ({ create }) => {
  it.each([404, 503])("sends the code, type, title and extensions of a %i", async (status) => {
    const act = () => {
      throw problem(status, "Order 17 is gone", own);
    };
    const bytes = await withServer(create(act, { onError() {} }), (port) => exchange(port, request("GET /act")));
    const { code: error_code, extensions, ...members } = own;
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status, error_code, ...members, ...extensions });
  });
});

it.each(["/problems/no-order", "urn:example:no-order", "#no-order"])("takes the type %s", (type) => {
  expect(normalizeError(problem(404, "x", { type, title: "No Such Order" }))).toMatchObject({ type, title: "No Such Order" });
});

it("keeps the contract's title beside a type alone", () => {
  expect(normalizeError(problem(404, "x", { type: "/problems/no-order" })).title).toBe("Not Found");
});

const wrong: readonly (readonly [keyof ProblemErrorOptions, ...unknown[]])[] = [
  ["code", "no order", "", "-x", "x".repeat(65), 404, null, "a\nb"],
  ["type", "javascript:alert(1)", "no order", "", 7, `/${"x".repeat(1000)}`],
  ["title", "", 7, "\n", "a title without a type"],
  ...["status", "detail", "title", "type", "instance", "error_code", "error_msg", "request_id", "errors"].map(
    (name) => ["extensions", { order: 17, [name]: "x" }] as const,
  ),
  ...["__proto__", "constructor", "prototype"].map((name) => ["extensions", JSON.parse(`{"${name}": 1}`)] as const),
  ["extensions", null, "x"],
];

const cases = wrong.flatMap(([name, ...values]) => values.map((value) => [name, value] as const));

describe.each([undefined, "", "test", "development"])("where NODE_ENV is %j", (environment) => {
  it.each(cases)("refuses %s: %j", (name, value) => {
    vi.stubEnv("NODE_ENV", environment);
    expect(() => problem(404, "x", { [name]: value })).toThrow(new RegExp(`^problem\\(\\): option "${name}" takes `));
  });
});

it("warns once of each option in production, and leaves it out", () => {
  vi.stubEnv("NODE_ENV", "production");
  const lines: string[] = [];
  vi.spyOn(process.stderr, "write").mockImplementation((line) => lines.push(String(line)) > 0);
  for (const [name, value] of cases) {
    const { body } = createResponder()(problem(404, "x", { [name]: value }), { headers: {} });
    expect(JSON.parse(body)).toMatchObject({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "x",
      error_code: "FSS.0404",
    });
  }
  expect(
    lines.map(
      (line) =>
        /^fg-errors: problem\(\): option "(\w+)" takes .*; it was left out \(FG_ERRORS_PROBLEM_OPTION, .*\)\n$/.exec(line)?.[1],
    ),
  ).toEqual(["code", "type", "title", "extensions"]);
});

it.each([{}, { code: undefined, type: undefined, title: undefined, extensions: undefined }, { extensions: {} }])(
  "takes %j without a word",
  (options) => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(normalizeError(problem(404, "x", options as ProblemErrorOptions))).toMatchObject({ code: "FSS.0404" });
    expect(written).not.toHaveBeenCalled();
  },
);

it("says nothing of the problem() that an unknown error wraps: it is a 500", () => {
  expect(normalizeError(new Error("s3cr3t", { cause: problem(404, "No such order", own) }))).toMatchObject({
    status: 500,
    code: "FSS.0500",
    type: "about:blank",
  });
});
