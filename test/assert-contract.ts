import { functionGraph, type Contract } from "@fg-errors/core";
import { expect } from "vitest";
import type { Answer } from "./wire.js";

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
  "x-sendfile",
];

/** Those, and the ones that every error response sets anew. */
export const replaced: readonly string[] = [...stale, "cache-control", "content-length", "content-type"];

/** Whatever failed, this holds of the answer. */
export function assertContract({ status, headers, text }: Answer, contract: Contract = functionGraph): Record<string, unknown> {
  expect(contract.statuses).toHaveProperty(String(status));
  expect(status).toBeGreaterThanOrEqual(400);
  const body = JSON.parse(text) as Record<string, unknown>;
  expect(body).toMatchObject({
    type: expect.any(String),
    title: contract.statuses[status]?.title,
    status,
    instance: expect.any(String),
  });
  expect(body["detail"]).toEqual(expect.any(String));
  expect(body["error_msg"]).toBe(body["detail"]);
  expect(body["error_code"]).toMatch(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
  expect(body["request_id"]).toBe(headers.get("x-request-id"));
  expect(body["request_id"]).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  expect(headers.get("content-type")).toMatch(/^application\/(problem\+)?json$/);
  expect(headers.get("content-length")).toBe(String(Buffer.byteLength(text)));
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  for (const name of stale) expect(headers.has(name), name).toBe(false);
  const required = { 401: "www-authenticate", 405: "allow", 407: "proxy-authenticate" }[status];
  if (required) expect(headers.has(required), required).toBe(true);
  return body;
}
