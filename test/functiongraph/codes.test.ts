// explainCode(): both tables, row by row, and what is no code.
import type { UpstreamError } from "@fg-errors/core";
import { upstream } from "@fg-errors/core/upstream";
import { explainCode } from "@fg-errors/core/functiongraph";
import { describe, expect, it } from "vitest";
import { documentedRows } from "./documented-rows.js";

const numbers = Array.from({ length: 10_000 }, (_, number) => String(number).padStart(4, "0"));

describe.each([
  ["FSS", "FunctionGraph", "fss-codes", 163],
  ["APIG", "API Gateway", "apig-codes", 71],
] as const)("the codes %s.*", (prefix, service, table, count) => {
  const all = numbers.flatMap((number) => explainCode(`${prefix}.${number}`));

  it("are those that are documented, with their statuses", () => {
    const documented = documentedRows(table);
    expect(documented).toHaveLength(count);
    expect(all.map(({ code, status }) => ({ name: code, status }))).toEqual(documented);
  });

  it(`are all ${service}'s`, () => expect(new Set(all.map((row) => row.service))).toEqual(new Set([service])));

  it.each(all)("$code is called $title", ({ title }) => {
    expect(title).toMatch(/^[A-Z][\w,'/ -]+\w$/);
    expect(title.split(" ").length).toBeGreaterThanOrEqual(2);
    expect(title.split(" ").length).toBeLessThanOrEqual(8);
  });
});

it("FunctionGraph's statuses are as many as documented", () => {
  const counts = new Map<number, number>();
  for (const { status } of numbers.flatMap((number) => explainCode(`FSS.${number}`)))
    counts.set(status, (counts.get(status) ?? 0) + 1);
  const documented =
    "400:70 401:2 403:26 404:21 406:2 408:1 409:14 410:1 412:4 413:4 424:1 426:2 428:1 429:1 500:4 502:2 503:6 504:1";
  const inOrder = [...counts].toSorted(([one], [other]) => one - other);
  expect(inOrder.map((pair) => pair.join(":")).join(" ")).toBe(documented);
});

it("a code is explained", () => {
  const row = { code: "FSS.1051", status: 404, title: "Function not found", service: "FunctionGraph" };
  expect(explainCode("FSS.1051")).toEqual([row]);
  expect(explainCode("FSS.1051", 404)).toEqual([row]);
});

it("an UpstreamError's code and status are explained", async () => {
  const reply = new Response('{"error_code":"APIG.0201","error_msg":"-","request_id":"-"}', { status: 413 });
  const error: unknown = await upstream(reply).catch((thrown: unknown) => thrown);
  const { upstreamCode, upstreamStatus } = error as UpstreamError;
  expect(explainCode(upstreamCode, upstreamStatus)).toMatchObject([{ status: 413, title: "Request content above 12 MB" }]);
});

describe("a code that comes with many statuses", () => {
  const statuses = [400, 413, 414, 494, 500, 502, 504];

  it("has as many rows, each of which says something else", () => {
    expect(explainCode("APIG.0201").map(({ status }) => status)).toEqual(statuses);
    expect(new Set(explainCode("APIG.0201").map(({ title }) => title)).size).toBe(7);
    expect(explainCode("APIG.0101").map(({ status }) => status)).toEqual([404, 404]);
  });

  it.each(statuses)("has one for a %i", (status) => expect(explainCode("APIG.0201", status)).toMatchObject([{ status }]));

  it.each([401, 200, 0, Number.NaN])("has none for a %i", (status) => expect(explainCode("APIG.0201", status)).toEqual([]));
});

/** Refuses to be looked at in any way. */
const { proxy, revoke } = Proxy.revocable({}, {});
revoke();

it.each([
  ["an unknown number", "FSS.9999"],
  ["another service's", "SHOP.0404"],
  ["of the contract, but not of the table", "FSS.0405"],
  ["of the platform's gateway, whose statuses differ", "APIGW.0101"],
  ["in lower case", "fss.1051"],
  ["with a space", "FSS.1051 "],
  ["empty", ""],
  ["constructor", "constructor"],
  ["__proto__", "__proto__"],
  ["undefined", undefined],
  ["null", null],
  ["a number", 1051],
  ["a symbol", Symbol("FSS.1051")],
  ["an object", { code: "FSS.1051" }],
  ["an object that is that text", { toString: () => "FSS.1051" }],
  ["a revoked Proxy", proxy],
])("no code: %s", (_what, code) => expect(explainCode(code as string)).toEqual([]));
