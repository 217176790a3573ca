import { functionGraph, type Contract } from "@fg-errors/core";
import { expect } from "vitest";
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

/** Header fields that describe what the error replaced, or allow its storage, and must be gone. */
const stale = [
  "accept-ranges",
  "age",
  "cdn-cache-control",
  "cloudflare-cdn-cache-control",
  "content-digest",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-location",
  "content-md5",
  "content-range",
  "digest",
  "etag",
  "edge-control",
  "expires",
  "last-modified",
  "pragma",
  "repr-digest",
  "surrogate-control",
  "trailer",
  "transfer-encoding",
  "x-accel-expires",
  "x-accel-redirect",
  "x-cff-function-log",
  "x-log-result",
  "x-sendfile",
  ...acting,
];

/** Those, and the ones that every error response sets anew. */
export const replaced: readonly string[] = [...stale, "cache-control", "content-length", "content-type"];

/** What stands for a secret wherever one may lie: a message, a stack, a cause, a path, SQL, an address, an upstream's page. */
export const usualCanaries: readonly string[] = ["s3cr3t"];

/** What a field must look like that a status demands: a challenge (RFC 9110 section 11.6.1), a list of methods, which may be empty. */
const challenge = /^[\w!#$%&'*+.^`|~-]+(?:[ ,].*)?$/;
const required: Readonly<Record<number, readonly [name: string, form: RegExp]>> = {
  401: ["www-authenticate", challenge],
  405: ["allow", /^[\w!#$%&'*+.^`|~, \t-]*$/],
  407: ["proxy-authenticate", challenge],
  416: ["content-range", /^bytes \*\/\d+$/],
};

/** No scheme that a browser would run; a relative reference, which only this gateway's own hooks may choose. */
const type = /^(?:(?:https?:\/\/|urn:|tag:|about:)[!-~]{1,1000}|[^:]{1,1000})$/;

/** A path, or the asterisk that stands in its place; nothing that has a scheme or an authority. */
const instance = /^(?:\/(?!\/)[!-~]{0,1999}|\*)$/;

/** What a terminal, or an editor, would obey. */
const control = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

/** Names and texts, at any depth. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => [name, ...textsIn(inner)]);
}

/**
 * Asserts what is true of every answer, whatever failed.
 * @param canaries texts that were planted where they must not come out
 * @returns the body's members
 */
export function assertContract(
  answer: Answer,
  contract: Contract = functionGraph,
  canaries: readonly string[] = usualCanaries,
): Record<string, unknown> {
  assertHead(answer, contract, canaries);
  const { status, headers, text } = answer;
  const body = JSON.parse(text) as Record<string, unknown>;
  const { title } = contract.statuses[status]!;
  // A kind of problem of its own has a title of its own (RFC 9457 section 4.2.1).
  expect(body).toMatchObject({ title: body["type"] === "about:blank" ? title : expect.stringMatching(/./), status });
  for (const member of ["type", "detail", "instance"]) expect(body[member], member).toEqual(expect.stringMatching(/./));
  expect(body["type"]).toMatch(type);
  expect(body["instance"]).toMatch(instance);
  expect(textsIn(body).filter((each) => control.test(each))).toEqual([]);
  expect(body["error_msg"]).toBe(body["detail"]);
  expect(body["error_code"]).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
  expect(body["request_id"]).toBe(headers.get("x-request-id"));
  expect(headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
  for (const canary of canaries) expect(text, canary).not.toContain(canary);
  return body;
}

/** The same of an answer to HEAD, which has no content. */
export function assertHead(
  { status, headers }: Omit<Answer, "text">,
  contract: Contract = functionGraph,
  canaries: readonly string[] = usualCanaries,
): void {
  expect(contract.statuses).toHaveProperty(String(status));
  expect(status).toBeGreaterThanOrEqual(400);
  expect(headers.get("x-request-id")).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  expect(headers.get("content-type")).toMatch(/^application\/(problem\+)?json$/);
  expect(headers.get("content-length")).toMatch(/^[1-9]\d*$/);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  const [name, form] = required[status] ?? [];
  for (const each of stale) if (each !== name) expect(headers.has(each), each).toBe(false);
  if (name) expect(headers.get(name), name).toMatch(form!);
  for (const [name, value] of headers) {
    expect(name).not.toMatch(/-cache-control$/); // RFC 9213 section 2.1
    for (const canary of canaries) expect(`${name}: ${value}`, canary).not.toContain(canary);
  }
}
