// Every table and example of the READMEs, compared with the code.
import { readFileSync } from "node:fs";
import { createResponder, functionGraph, normalizeError, UpstreamError, type Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const readme = read("README.md");

/** What follows a marking comment: a fenced block's text, or a table's rows. */
function block(text: string, mark: string): string {
  const [, rest] = text.split(`<!-- ${mark} -->\n`);
  return /^```\w*\n([^]*?)```/.exec(rest!)![1]!;
}

function table(mark: string): string[][] {
  const [, rest] = readme.split(`<!-- ${mark} -->\n`);
  const rows = rest!.split("\n\n")[0]!.split("\n").slice(2);
  return rows.map((row) =>
    row
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
}

describe("README", () => {
  it("lists the statuses as the contract has them", () => {
    const errors = Object.entries(functionGraph.statuses).filter(([status]) => Number(status) >= 400);
    expect(table("statuses")).toEqual(errors.map(([status, { title, description }]) => [status, title, description]));
  });

  it("lists the folds as the tables have them", () => {
    const numbers = (cell: string | undefined) => cell!.split(", ").map(Number);
    const listed = { own: new Map<number, number>(), upstream: new Map<number, number>() };
    for (const [received, to, , upstream, upstreamTo] of table("folds")) {
      if (/^\d/.test(received!)) for (const status of numbers(received)) listed.own.set(status, Number(to));
      if (/^\d/.test(upstream!)) for (const status of numbers(upstream)) listed.upstream.set(status, Number(upstreamTo));
    }
    const targets = (folds: typeof functionGraph.folds) =>
      new Map(Object.entries(folds).map(([status, { to }]) => [Number(status), to]));
    expect(listed.own).toEqual(targets(functionGraph.folds));
    expect(Object.fromEntries(listed.upstream)).toEqual(Object.fromEntries(targets(functionGraph.upstreamFolds)));
    for (const status of [100, 199, 600, 999])
      expect(normalizeError(new UpstreamError({ status, upstream: true }, undefined)).status).toBe(502);
  });

  it("lists the options that there are", () => {
    const message = (() => {
      try {
        return String(createResponder({ none: 1 } as never));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message.split("the options are ")[1]!.split(", ")).toEqual(table("options").map(([name]) => name!.slice(1, -1)));
  });

  it.each(["express", "koa"])("has an example for %s that answers as it says", async (name) => {
    for (const text of [readme, read(`packages/${name}/README.md`)]) {
      const app = await evaluate(block(text, `example: ${name}`), "app");
      const listener = (app as { callback?: () => unknown }).callback?.() ?? app;
      const bytes = await withServer(listener as never, (port) =>
        exchange(port, request("GET /orders/17", { "X-Request-Id": "a1b2c3" })),
      );
      const { headers, text: body } = parseAnswer(bytes);
      expect(JSON.parse(body)).toEqual(JSON.parse(block(readme, "body")));
      const known = Object.fromEntries([...headers].filter(([field]) => !["date", "connection", "x-powered-by"].includes(field)));
      const shown = block(readme, "headers")
        .trim()
        .split("\n")
        .map((line) => line.split(": "));
      expect(known).toEqual(Object.fromEntries(shown));
    }
  });
});

it("packages/core's example says what happens", async () => {
  const [status, rendered] = (await evaluate(
    block(read("packages/core/README.md"), "example: core").replace(/^normalizeError.*$/m, "const folded = $&"),
    "[folded, { status, headers, body }]",
  )) as [Problem["status"], { status: number; body: string }];
  expect(status).toBe(404);
  expect(JSON.parse(rendered.body)).toMatchObject({ status: 500, error_code: "SHOP.0500", instance: "/orders/17" });
});

/** Runs an example as it stands and gives one of its values. */
async function evaluate(code: string, value: string): Promise<unknown> {
  const imports = [...code.matchAll(/^import (.+) from "(.+)";$/gm)];
  const modules: Record<string, unknown> = {
    "@fg-errors/core": await import("@fg-errors/core"),
    "@fg-errors/express": await import("@fg-errors/express"),
    "@fg-errors/koa": await import("@fg-errors/koa"),
    express: await import("express"),
    koa: await import("koa"),
  };
  const bindings = imports.map(
    ([, names, from]) => `const ${names!.startsWith("{") ? names : `{ default: ${names} }`} = modules["${from}"];`,
  );
  const body = `${bindings.join("\n")}\n${code.replace(/^import .*$/gm, "")}\nreturn ${value};`;
  // oxlint-disable-next-line no-new-func -- the README's own code
  return new Function("modules", body)(modules) as unknown;
}
