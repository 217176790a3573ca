// What is written to stderr: every 5xx that nobody received, and nothing of one that was announced.
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { fgErrors } from "@fg-errors/koa";
import { problem, type Problem } from "@fg-errors/core";
import Koa from "koa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { hosts } from "../hosts.js";
import { exchange, request, withServer } from "../wire.js";

const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(process.stderr, "write").mockImplementation((text) => lines.push(String(text)) > 0);
});
afterEach(() => void vi.restoreAllMocks());

const counted: Problem[] = [];
const count = (message: unknown) => void counted.push((message as { problem: Problem }).problem);

describe.each(hosts.filter(({ family }) => family === "express"))("$name", ({ create }) => {
  const answer = (thrown: unknown, options = {}) => {
    const act = () => {
      throw thrown;
    };
    return withServer(create(act, options), (port) => exchange(port, request("GET /act")));
  };

  it("a subscriber that only counts does not silence it", async () => {
    subscribe("fg-errors:problem", count);
    try {
      await answer(new Error("broken"));
    } finally {
      unsubscribe("fg-errors:problem", count);
    }
    expect(counted.splice(0)).toMatchObject([{ status: 500 }]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^fg-errors: 500 FSS\.0500 GET \/act [^]*\n {4}at /);
  });

  it("onError does", async () => {
    await answer(new Error("broken"), { onError() {} });
    expect(lines).toEqual([]);
  });

  it.each([{ routine: true }, { routine: true, cause: new Error("planned") }, { routine: true, stack: true }])(
    "an announced 503 writes nothing, no stack either: %o",
    async (options) => {
      const told: Problem[] = [];
      expect(await answer(problem(503, "Closed for stocktaking", options))).toContain("Closed for stocktaking");
      expect(lines).toEqual([]);
      await answer(problem(503, "x", options), { onError: (found: Problem) => void told.push(found) });
      expect(told).toMatchObject([{ status: 503, routine: true }]);
    },
  );

  it("any other 503 is written with its stack", async () => {
    await answer(problem(503, "x"));
    expect(lines.join("")).toMatch(/^fg-errors: 503 [^]*\n {4}at /);
  });
});

it("on Koa a subscriber does not silence it either, and a listener of the application does", async () => {
  for (const listener of [undefined, () => {}]) {
    const app = new Koa();
    if (listener) app.on("error", listener);
    app.use(fgErrors()).use(() => {
      throw new Error("broken");
    });
    subscribe("fg-errors:problem", count);
    try {
      await withServer(app.callback() as never, (port) => exchange(port, request("GET /")));
    } finally {
      unsubscribe("fg-errors:problem", count);
    }
    expect(lines.splice(0)).toHaveLength(listener ? 0 : 1);
    expect(counted.splice(0)).toHaveLength(1);
  }
});
