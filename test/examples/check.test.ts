// What makes the tour fail: each way to break the contract, and none for an answer that keeps it.
import { expect, it } from "vitest";
import { broken } from "../../examples/tour/check.js";

const visit = { gateway: "express", method: "GET", path: "/orders/17", wrong: "no such order", status: 404 } as const;
const body = { status: 404, detail: "No such order", error_code: "FSS.0404", request_id: "a1b2c3" };
const headers = { "x-request-id": "a1b2c3", "cache-control": "no-store" };
const kept = { status: 404, headers, text: JSON.stringify(body), cut: false, late: false, ms: 3 };
const saying = (members: object) => ({ ...kept, text: JSON.stringify({ ...body, ...members }) });

it.each([
  ["an answer by the contract", visit, kept],
  ["a transfer that is cut and should be", { ...visit, status: 200, cut: true }, { ...kept, status: 200, cut: true }],
])("the tour takes %s", (_kind, visit, answer) => expect(broken(visit, answer)).toBeUndefined());

it.each([
  ["no end of it", visit, { ...kept, late: true }],
  ["status 500, not 404", visit, { ...kept, status: 500 }],
  ["status undefined, not 404", visit, { ...kept, status: undefined, text: "", cut: true }],
  ["the transfer should be cut, and only then", visit, { ...kept, cut: true }],
  ["the transfer should be cut, and only then", { ...visit, cut: true }, kept],
  ["status 418 is not documented", { ...visit, status: 418 }, { ...kept, status: 418 }],
  ["the body is not JSON", visit, { ...kept, text: "<h1>Not Found</h1>" }],
  ["the body says another status", visit, saying({ status: 500 })],
  ["no error_code", visit, saying({ error_code: undefined })],
  ["request ids differ", visit, saying({ request_id: "other" })],
  ["may be cached", visit, { ...kept, headers: { ...headers, "cache-control": "max-age=60" } }],
  ["leaks what is inside", visit, saying({ detail: "password=hunter2" })],
  ["leaks what is inside", visit, saying({ detail: "shop-db-1.internal refused" })],
  ["leaks what is inside", visit, saying({ stack: "Error: no\n    at handle" })],
])("the tour fails with: %s", (reason, visit, answer) => expect(broken(visit, answer as never)).toBe(reason));
