import { AssertionError } from "node:assert";
import type { Contract } from "@fg-errors/core";
import { problemFaults, type ExpectedProblem } from "./testing/problem-faults.js";

export { problemFaults, type ExpectedProblem };

/**
 * Asserts that a response is an error response of the contract. It works with node:test and any other runner.
 * @param response of fetch, supertest, light-my-request, axios or got, or `{ status, headers, text }`
 * @param expected what the test expects besides the contract
 * @param contract default `functionGraph`
 * @throws AssertionError that lists every fault
 * @example await assertProblem(await fetch(url), { status: 409, code: "SHOP.1001" }, shop);
 */
export async function assertProblem(response: unknown, expected?: ExpectedProblem, contract?: Contract): Promise<void> {
  const faults = await problemFaults(response, expected, contract);
  if (faults.length > 0) throw new AssertionError({ message: describeFaults(faults), stackStartFn: assertProblem });
}

/**
 * Matches a response that is an error response of the contract, for `expect.extend()` of vitest and jest.
 * @example
 * expect.extend({ toBeProblem });
 * await expect(await fetch(url)).toBeProblem({ status: 409, code: "SHOP.1001" }, shop);
 */
export async function toBeProblem(
  response: unknown,
  expected?: ExpectedProblem,
  contract?: Contract,
): Promise<{ readonly pass: boolean; readonly message: () => string }> {
  const faults = await problemFaults(response, expected, contract);
  const pass = faults.length === 0;
  return { pass, message: () => (pass ? "The response is the problem that was not expected." : describeFaults(faults)) };
}

function describeFaults(faults: readonly string[]): string {
  return `The response is not the problem that was expected:\n${faults.map((fault) => `- ${fault}`).join("\n")}`;
}
