// Targets of requests that are none: Express would answer those by itself, in HTML.
import { createServer } from "node:http";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { request } from "../wire.js";
import { answers, kinds, send, visit } from "./guarded.js";

const none = [
  "http://",
  "http://?s3cr3t",
  "http:///act",
  "http://:80/act",
  "http://s3cr3t@gateway.example/act",
  "http://[::1/act",
  "http://[:::]/act",
  "http://999.1.1.1/act",
  `http://${"s".repeat(300)}`,
  "other://gateway.example",
  "*none",
  "http://gateway.example:99999/",
];

const ones = [
  "http://gateway.example",
  "https://gateway.example:8443",
  "http://[::1]:80?a",
  "HTTP://127.0.0.1/none",
  "/none",
  "//none",
  "*",
];

const onError = vi.fn<(problem: Problem) => void>();
beforeEach(() => void onError.mockClear());

describe.each(kinds)("$name", ({ isSecure, create }) => {
  it.each(none)("refuses %s", async (target) => {
    const act = vi.fn();
    const text = await visit(create(act, { onError }), isSecure, (open) => send(open(), request(`GET ${target}`)));
    const [answer, ...more] = answers(text);
    expect(assertContract(answer!)).toMatchObject({ status: 400 });
    expect([more, act.mock.calls, onError.mock.calls.length]).toEqual([[], [], 1]);
  });

  it("refuses a name that is none, where Node's parser minds", async () => {
    const text = await visit(create(vi.fn()), isSecure, (open) => send(open(), request("GET http://xn--s3cr3t/none")));
    assertContract(answers(text)[0]!);
  });

  it.each(ones)("leaves %s to the application", async (target) => {
    const text = await visit(create(vi.fn(), { onError }), isSecure, (open) => send(open(), request(`GET ${target}`)));
    expect(assertContract(answers(text)[0]!)).toMatchObject({ status: 404 });
    expect(onError).not.toHaveBeenCalled();
  });
});

it("refuses an upgrade of nothing", async () => {
  const listener = vi.fn();
  const server = guardServer(createServer().on("upgrade", listener));
  const bytes = request("GET http://", { Connection: "Upgrade", Upgrade: "websocket" });
  const [answer] = answers(await visit(server, false, (open) => send(open(), bytes)));
  expect(assertContract(answer!)).toMatchObject({ status: 400 });
  expect(listener).not.toHaveBeenCalled();
});
