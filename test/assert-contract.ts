import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { functionGraph, type Contract } from "@fg-errors/core";
import { expect } from "vitest";
import { formats } from "../packages/contract/src/formats/formats.js";
import { forbiddenFields } from "../packages/contract/src/testing/fields.js";
import { seenFaults } from "../packages/contract/src/testing/problem-faults.js";
import type { Answer } from "./wire.js";

/** Header fields that have the client, or a server in front, do something instead of showing the error. */
export const acting: readonly string[] = [
  "fly-replay",
  "refresh",
  "sourcemap",
  "x-accel-limit-rate",
  "x-cascade",
  "x-lighttpd-send-file",
  "x-litespeed-location",
  "x-reproxy-url",
  "x-sendfile2",
  "x-sourcemap",
];

/** Header fields that no error response has, and those that every one sets anew. */
export const replaced: readonly string[] = [...forbiddenFields, "cache-control", "content-length", "content-type"];

/** What stands for a secret wherever one may lie: a message, a stack, a cause, a path, SQL, an address, an upstream's page. */
export const usualCanaries: readonly string[] = ["s3cr3t"];

/**
 * Asserts what holds of the answer whatever failed: all that `assertProblem()` of @fg-errors/contract asserts, a Content-Length, and that no secret is in it.
 * @param canaries texts that were planted where they must not come out
 * @returns the body's members
 */
export function assertContract(
  answer: Answer,
  contract: Contract = functionGraph,
  canaries: readonly string[] = usualCanaries,
): Record<string, unknown> {
  assertSeen(answer, contract, canaries, false);
  const body = JSON.parse(answer.text) as Record<string, unknown>;
  const validate = validatorOf(contract);
  expect([validate(body), validate.errors]).toEqual([true, null]);
  return body;
}

const validators = new WeakMap<Contract, ValidateFunction>();

/** Compiles the JSON Schema that is exported for a contract, once. */
function validatorOf(contract: Contract): ValidateFunction {
  const known = validators.get(contract);
  if (known) return known;
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(JSON.parse(formats["json-schema"]!(contract, { openapi: "3.1" })) as object);
  validators.set(contract, validate);
  return validate;
}

/** Asserts the same of an answer to HEAD, which has no content. */
export function assertHead(
  answer: Omit<Answer, "text">,
  contract: Contract = functionGraph,
  canaries: readonly string[] = usualCanaries,
): void {
  assertSeen({ ...answer, text: "" }, contract, canaries, true);
}

function assertSeen({ status, headers, text }: Answer, contract: Contract, canaries: readonly string[], head: boolean): void {
  const faults = seenFaults({ status, headers: new Map(headers), text, isRaw: true }, { head }, contract);
  expect(faults.join("\n")).toBe("");
  expect(headers.get("content-length")).toMatch(/^[1-9]\d*$/);
  for (const canary of canaries) {
    expect(text, canary).not.toContain(canary);
    for (const [name, value] of headers) expect(`${name}: ${value}`, canary).not.toContain(canary);
  }
}
