// What docs/upstream.md says is what the code does.
import { createResponder, UpstreamError } from "@fg-errors/core";
import { proxyErrors } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { credentialRules, representationRules, upstreamRules } from "../../packages/core/src/http/field-rules.js";
import { faults } from "../faults/index.js";
import { block, codes, paragraph, read, table } from "./markdown.js";

const page = read("docs/upstream.md");
const rows = table(page, "faults").map(([what, type, status, ...others]) => ({ what, type: codes(type!)[0]!, status, others }));

it("every fault has its type's status, in the order of the RFC", () => {
  const types = Object.keys(proxyErrors);
  expect(rows.map(({ type, status }) => [type, Number(status)])).toEqual(
    rows
      .map(({ type }) => [type, proxyErrors[type as keyof typeof proxyErrors].status] as const)
      .toSorted(([a], [b]) => types.indexOf(a) - types.indexOf(b)),
  );
  expect(rows.map(({ others }) => others)).toEqual(
    rows.map(() => [1, 2, 3].map(() => expect.stringMatching(/^(\d{3}|cut|closed|as it came|-)$/))),
  );
});

it("every type is one of a fault, or said to be none", () => {
  const named = [...rows.map(({ type }) => type), ...codes(paragraph(page, "other types"))];
  expect([...new Set(named)].toSorted()).toEqual(Object.keys(proxyErrors).toSorted());
  expect(named.filter((type, index) => index >= rows.length && named.indexOf(type) < rows.length)).toEqual([]);
});

it("no fault is of a type that is never said", () => {
  const sources = [
    "proxy-errors/classify-fault",
    "recognisers/http-clients/call-fault",
    "recognisers/fault-in-message",
    "recognisers/families/resilience",
  ];
  const tables = sources.map((name) => read(`packages/core/src/${name}.ts`)).join("\n");
  const [, never = ""] = paragraph(page, "other types").split("Nothing gives a sign of");
  expect(codes(never).filter((type) => tables.includes(type))).toEqual([]);
  expect(codes(never)).toHaveLength(6);
});

it("every fault that is tested has a row", () => {
  const types = new Set(rows.map(({ type }) => type));
  for (const { name, type } of faults) if (type !== undefined) expect(types, name).toContain(type);
});

describe("the header fields", () => {
  const cellOf = ({ names = [], prefixes = [], suffixes = [] }: (typeof upstreamRules)[number]) => [
    ...names,
    ...prefixes.map((prefix) => `${prefix}*`),
    ...suffixes.map((suffix) => `*${suffix}`),
  ];

  it("that go are those of the rules, for their reasons", () => {
    const rules = [
      ...representationRules.map((rule) => [rule, "goes"] as const),
      ...upstreamRules.map((rule) => [rule, "stays"] as const),
    ];
    expect(table(page, "fields").map(([names, ...others]) => [codes(names!), ...others])).toEqual(
      rules.map(([rule, own]) => [cellOf(rule), rule.why, own]),
    );
  });

  it("that are credentials are those of the rules", () => {
    expect(codes(paragraph(page, "credentials"))).toEqual(credentialRules.flatMap(cellOf));
  });
});

it("the field is what it is said to be", () => {
  const before = "cdn;error=connection_refused";
  const respond = createResponder({ proxyName: "edge-1", onError() {} });
  const thrown = new UpstreamError({ status: 410, upstream: true }, undefined);
  const { headers } = respond(thrown, { headers: {}, responseHeaders: { "proxy-status": before } });
  expect(block(page, "proxy-status")).toBe(`proxy-status: ${headers["proxy-status"]}\n`);
});
