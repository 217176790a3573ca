import { normalizeError, type Problem } from "@fg-errors/core";
import { expect } from "vitest";

/** Planted in values, messages and names that no client may see. */
export const secret = "s3cr3t";

/** What the client sees of it, which never contains the secret. */
export function shown(error: unknown): Omit<Problem, "cause"> {
  const { cause, ...problem } = normalizeError(error);
  expect(cause).toBe(error);
  expect(JSON.stringify(problem)).not.toContain(secret);
  return problem;
}

/** Asserts that the problem says its status and nothing else: a datastore is no next hop that Proxy-Status could name. */
export function expectStatusOnly(error: unknown, status: number): void {
  const problem = shown(error);
  expect(problem).toMatchObject({ status, code: `FSS.0${status}` });
  expect(problem.detail).toBe(normalizeError(Object.assign(new Error(), { status })).detail);
  expect(Object.keys(problem)).not.toContain("errors");
  expect(problem.receivedStatus).toBeUndefined();
  expect(problem.proxyError).toBeUndefined();
}

/** The class by name: node-redis says what happened by nothing else. */
export function classOf(error: unknown): string | undefined {
  return (error as object | undefined)?.constructor.name;
}
