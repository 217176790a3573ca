import { once } from "node:events";
import net from "node:net";
import { functionGraph, normalizeError, type NormalizeOptions } from "@fg-errors/core";
import { expect } from "vitest";
import { closedPort } from "../wire.js";

/** What must not be seen by a client: the canary of the tests, addresses, paths, stacks. */
const secret = /s3cr3t|127\.0\.0\.1|\.sock|node:|\.js|\.ts/;

/** What is said of a request that is too large, in words of our own. */
const larger: Readonly<Record<number, string>> = {
  413: "The request's content is larger than this server takes.",
  431: "The request's header section is larger than this server takes.",
};

/** [status, RFC 9209 type, status before folding], after making sure that an error of ours shows the client nothing else. */
export function outcome(error: unknown, options?: NormalizeOptions) {
  const { cause, ...sent } = normalizeError(error, options);
  expect(cause).toBe(error);
  expect(sent.detail).toBe(larger[sent.receivedStatus ?? 0] ?? functionGraph.statuses[sent.status]?.description);
  expect(sent.code).toBe(`FSS.0${sent.status}`);
  expect(sent).not.toHaveProperty("errors");
  expect(sent).not.toHaveProperty("headers");
  expect(JSON.stringify(sent)).not.toMatch(secret);
  return [sent.status, sent.proxyError, sent.receivedStatus];
}

/** What `run` throws or rejects with. It must. */
export async function failure<T = unknown>(run: () => unknown): Promise<T> {
  try {
    await run();
  } catch (error) {
    return error as T;
  }
  throw new Error("Nothing was thrown");
}

/** What connecting to a port gives where nobody listens. */
export async function refusal(): Promise<Error> {
  const port = await closedPort();
  return failure<Error>(() => once(net.connect(port, "127.0.0.1"), "connect"));
}
