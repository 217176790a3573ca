// What the fuzzer would find: each way to break the contract, and none for what keeps it.
import { createResponder } from "@fg-errors/core";
import { expect, it } from "vitest";
import type { Case, Exchange } from "./client.js";
import { responsesIn } from "./responses.js";
import { unfinished } from "./upstream.js";
import { countIn, wrong } from "./oracle.js";

const sent: Case = {
  bytes: "GET / HTTP/1.1\r\n\r\n",
  isChanged: false,
  pace: "at once",
  ending: "wait",
  after: 0,
  isDeaf: false,
};

const { headers, body } = createResponder({ onError() {} })({ status: 404 }, { headers: {}, url: "/orders" });
const head = (more = "") => `HTTP/1.1 404 Not Found\r\n${Object.entries(headers).map((field) => `${field.join(": ")}\r\n`).join("")}${more}\r\n`; // prettier-ignore
const error = head() + body;
const success = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a=b\r\nok\r\n0\r\nX-Trailer: a\r\n\r\n";
const endless = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${unfinished.length.toString(16)}\r\n${unfinished}\r\n0\r\n\r\n`;

const judge = (bytes: string, end: Exchange["end"] = "clean", more: Partial<Case> = {}) =>
  wrong({ ...sent, ...more }, { bytes, end }, "127.0.0.1:5000");

it.each<[what: string, bytes: string, end?: Exchange["end"], more?: Partial<Case>]>([
  ["an error", error],
  ["successes, an error, interim responses", `HTTP/1.1 100 Continue\r\n\r\n${success}${chunked}${error}`],
  ["a success that is cut", success.slice(0, -1)],
  ["an error that is cut by a reset", error.slice(0, -1), "ECONNRESET"],
  ["what a client received that left", error.slice(0, -1), "left"],
  ["an answer to HEAD", head(), "clean", { bytes: "HEAD / HTTP/1.1\r\n\r\n" }],
  ["an upgrade", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\nhello"],
  ["no answer to nothing", "", "clean", { bytes: "\r\n" }],
  ["content until the end", "HTTP/1.1 200 OK\r\n\r\nany"],
  ["a success that broke off, and is cut", endless.slice(0, -5)],
  ["the same where only the end would show it", `HTTP/1.1 200 OK\r\n\r\n${unfinished}`],
  ["a reset for a client that reads nothing", "", "ECONNRESET", { isDeaf: true }],
  ["a reset for a client that is too slow", "", "ECONNRESET", { pace: "too slowly" }],
])("takes %s", (_what, ...received) => expect(judge(...received)).toBeUndefined());

it.each<[reason: string | RegExp, bytes: string, end?: Exchange["end"], more?: Partial<Case>]>([
  ["the connection did not end", success, "never"],
  ["there is no answer", ""],
  ["there is only a reset", "", "ECONNRESET"],
  ["a success seems whole that broke off", endless],
  ["a success seems whole that broke off", `HTTP/1.1 200 OK\r\nContent-Length: ${unfinished.length}\r\n\r\n${unfinished}`],
  ["an error is not whole", error.slice(0, -1)],
  ["an error has no content", head()],
  ["an error stands in a success", `${success.slice(0, -2).replace("2\r", `${body.length}\r`)}${body}`],
  [/behind the responses stands "ok"/, `${success}ok`],
  [/behind the responses stands "HTTP\/1.1 400 /, `${success}HTTP/1.1 400 Bad Request\r\nX`],
  ["an error has no content", "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"],
  [/^a 418 breaks the contract/, error.replace("404 Not Found", "418 Teapot")],
  [/^a 404 breaks the contract: .*s3cr3t/, head("X-A: s3cr3t\r\n") + body],
  [/^a 404 breaks the contract: .*qu3ry/, head("X-A: qu3ry\r\n") + body],
  [
    /^a 404 breaks the contract: .*127/,
    error.replace(/orders/g, "127.0.0.1:5000").replace(/length: \d+/, `length: ${body.length + 8}`),
  ],
  [/^a 404 breaks the contract: .*etag/s, head("ETag: a\r\n") + body],
])("finds: %s", (reason, ...received) => expect(judge(...received)).toMatch(reason));

it("reads responses one after the other, with all that is in them", () => {
  const { responses, rest } = responsesIn(`${chunked}${error}${success}`);
  expect(responses.map(({ status, text, end }) => [status, text, end])).toEqual([
    [200, "ok", "whole"],
    [404, body, "whole"],
    [200, "ok", "whole"],
  ]);
  expect(rest).toBe("");
});

it("counts what a client has had, unless it left", () => {
  const count = { whole: 0, cut: 0, errors: 0 };
  countIn({ bytes: `${chunked}${success}${error}${endless.slice(0, -5)}`, end: "clean" }, count);
  countIn({ bytes: endless.slice(0, -5), end: "left" }, count);
  expect(count).toEqual({ whole: 2, cut: 1, errors: 1 });
});
