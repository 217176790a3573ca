// Contracts for the exports to gateways that no test can run, and what is asserted of the answers that they configure.
import { createResponder, extendContract, functionGraph, problem, rfc9110, type Contract } from "@fg-errors/core";
import { expect } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { assertContract } from "../assert-contract.js";
import { shop } from "../published/shop.js";

/** Has a meaning, or an end of a text, for some target. */
const oddText = `"Slow" 'down' $context.path $\{x} \${y} $$ %{if true} %REQ(:PATH)% 100% %% \\ \\u0022 #set($a) [[b]] <c> 请求过多 \u2028é`;

/** Has an error status more than FunctionGraph's, texts that are hard to quote, folds of its own and a service. */
export const odd: Contract = {
  ...extendContract(functionGraph, { 429: { title: oddText, description: `${oddText} .` } }),
  name: 'odd "name" ${x} */\n请',
  folds: { ...functionGraph.folds, 413: { to: 429, why: "test" }, 504: { to: 503, why: "test" }, 498: { to: 500, why: "test" } },
  service: "ODD",
};

export const edgeContracts: readonly (readonly [name: string, contract: Contract])[] = [
  ["FunctionGraph's contract", functionGraph],
  ["all of RFC 9110", rfc9110],
  ["a catalogue", shop],
  ["texts that are hard to quote", odd],
];

/** Writes a contract in a format. */
export const write = (format: string, contract: Contract) => formats[format]!(contract, { openapi: "3.1" });

const id = "a1b2c3";

/**
 * Asserts that an answer of a gateway is the one of core for a status of the gateway's own.
 * @param natural status that the gateway sends by default
 */
export function assertAnswer(
  contract: Contract,
  natural: number,
  answer: { readonly status: number; readonly body: unknown; readonly fields: Readonly<Record<string, string>> },
  instance = "/",
): void {
  const facts = { method: "GET", url: instance, headers: { "x-request-id": id } };
  const respond = createResponder({ contract, onError() {} });
  const expected = respond(problem(natural, undefined, { stack: false }), facts);
  expect(answer.status).toBe(expected.status);
  expect(answer.body).toEqual(JSON.parse(expected.body));
  const headers = new Headers({ "content-type": "application/json", "x-request-id": id, ...answer.fields });
  const { allow } = expected.headers; // no gateway sends an empty one
  if (allow === "" && !headers.has("allow")) headers.set("allow", "");
  expect(headers.get("content-type")).toMatch(/^application\/(?:problem\+)?json$/);
  const text = JSON.stringify(answer.body);
  if (!/\\n|\u2028/.test(text))
    assertContract({ status: answer.status, headers: withLength(headers, text), text }, contract, ["s3cr3t"]);
}

function withLength(headers: Headers, text: string): Headers {
  headers.set("content-length", String(Buffer.byteLength(text)));
  return headers;
}

/** Parses the JSON text of a template whose only variable is the request's id. */
export function parseTemplate(text: string): unknown {
  expect(text.split("$context.requestId").length).toBe(2);
  const filled = text.replace("$context.requestId", id);
  expect(filled).not.toContain("$");
  return JSON.parse(filled);
}

/** Makes a contract with a text that no gateway takes: the half of a surrogate pair. */
export const brokenText = (text: "title" | "description") =>
  extendContract(functionGraph, { 429: { title: "Slow", description: "Down.", [text]: "Broken \ud83d" } });

export { id as sampleId };
