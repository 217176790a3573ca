// What packages/client/README.md, and the section on clients of docs/contract.md, say is what the client does.
import { readProblem, retryDelay, type Problem } from "@fg-errors/client";
import type { CatalogueRow, Contract } from "@fg-errors/core";
import { fgErrors, problem } from "@fg-errors/express";
import axios from "axios";
import express from "express";
import { describe, expect, it } from "vitest";
import { bare, table as wholeTable } from "../client/problem-gateway.js";
import { shop } from "../catalogue/shop.js";
import { withServer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, codes, read, table } from "./markdown.js";

const page = read("packages/client/README.md");
const at = (port: number) => `http://127.0.0.1:${port}`;

/** What a client's table says of a contract's row. */
const rowOf = ({ code, status, retry, placeholders }: CatalogueRow) => ({ code, status, retry, members: placeholders });

type Rows = Readonly<Record<string, CatalogueRow>>;

const rowsOf = (problems: Rows, keys: readonly string[]) => Object.fromEntries(keys.map((key) => [key, rowOf(problems[key]!)]));

it("docs/contract.md shows a client of its own contract", async () => {
  const contractPage = read("docs/contract.md");
  const defined = evaluate(block(contractPage, "example: define"), "shop") as Contract & {
    problems: Record<string, CatalogueRow>;
  };
  const [problems, explain] = evaluate(block(contractPage, "example: consume"), "[problems, explain]") as [
    object,
    (response: Response) => Promise<string>,
  ];
  expect(problems).toEqual(rowsOf(defined.problems, ["outOfStock", "checkoutClosed"]));
  const factories = defined.problems as unknown as Record<string, (members: object) => Error>;
  const app = express()
    .get("/stock", () => {
      throw factories["outOfStock"]!({ sku: "A-1", left: 2 });
    })
    .get("/checkout", () => {
      throw factories["checkoutClosed"]!({ until: "2026-12-01" });
    })
    .use(fgErrors({ contract: defined }));
  await withServer(app, async (port) => {
    const texts = await Promise.all(["/stock", "/checkout", "/"].map(async (path) => explain(await fetch(at(port) + path))));
    const closed = "Closed until 2026-12-01T00:00:00.000Z; try again in 60000 ms.";
    expect(texts).toEqual(["Only 2 left.", closed, "Nothing was found at this address."]);
  });
});

describe("packages/client/README.md", () => {
  it.each(["read", "axios"])("shows how to read a problem: %s", async (example) => {
    const app = express()
      .get("/orders/1", (_request, response) => void response.json({ id: 1 }))
      .get("/orders/2", () => {
        throw problem(409, "Already paid.");
      })
      .use(fgErrors({ requestId: () => "a1b2c3" }));
    await withServer(app, async (port) => {
      const load = evaluate(block(page, `example: ${example}`), "loadOrder", { origin: at(port), axios }) as (
        id: number,
      ) => Promise<unknown>;
      expect(await load(1)).toEqual({ id: 1 });
      if (example === "axios") expect(await load(3)).toBeUndefined();
      await expect(load(2)).rejects.toThrow(
        example === "axios" ? "Request failed with status code 409" : "Already paid. Please quote a1b2c3.",
      );
    });
  });

  it("shows how to use a table, which is the contract's", async () => {
    const [attempts, app] = [[] as string[], express()];
    app.post("/orders/:sku", ({ params: { sku } }, response) => {
      attempts.push(sku);
      if (sku === "A-1") throw shop.problems.outOfStock({ sku, left: 2 });
      if (sku === "A-2" && attempts.length < 3) throw problem(503, "Busy.", { headers: { "Retry-After": "0" } });
      if (sku === "A-3") throw problem(409, "Already paid.");
      response.send();
    });
    app.use(fgErrors({ contract: shop, onError() {} }));
    await withServer(app, async (port) => {
      const [problems, order] = evaluate(block(page, "example: guards"), "[problems, order]", { origin: at(port) }) as [
        object,
        (sku: string) => Promise<string>,
      ];
      expect(problems).toEqual(rowsOf(shop.problems as unknown as Rows, Object.keys(problems)));
      expect(await order("A-1")).toBe("only 2 left");
      await expect(order("A-3")).rejects.toThrow("Already paid.");
      attempts.length = 0;
      expect(await order("A-2")).toBe("ordered");
      expect(attempts).toEqual(["A-2", "A-2", "A-2"]);
    });
  });

  it("lists the members, and their values without a body", async () => {
    const rows = table(page, "members").map(([member]) => codes(member!)[0]!);
    expect(rows).toEqual(Object.keys(bare(502)));
    const found = (await readProblem(new Response("<html>", { status: 502 })))!;
    for (const [member, , without] of table(page, "members")) {
      const value = found[codes(member!)[0]! as keyof Problem];
      if (without === "undefined") expect(value).toBeUndefined();
      else if (without!.includes("`")) expect(without).toContain(`\`${String(value)}\``);
      else if (without!.startsWith("an empty")) expect(Object.keys(value as object)).toEqual([]);
      else expect(without).toMatch(/^the same/);
    }
  });

  it("says which requests may be sent again", () => {
    const word = (status: number, members: Partial<Problem>) => {
      const delays = ["GET", "POST"].map((method) => retryDelay({ ...bare(status), ...members }, { method }));
      return ["never", "idempotent", "always"][delays.filter((delay) => delay !== undefined).length];
    };
    const rows = table(page, "retries");
    const named = rows.flatMap(([first]) => first!.match(/\d{3}/g) ?? []).map(Number);
    for (let status = 400; status < 600; status++)
      for (const retryAfter of [undefined, 5]) {
        const row =
          rows.find(([first]) => retryAfter && first === `${status} with Retry-After`) ??
          rows.find(([first]) => first!.split(", ").includes(String(status))) ??
          rows.find(([first]) => first === "any other")!;
        expect([word(status, { code: "FSS.0400", retryAfter }), word(status, { retryAfter })], `${status}`).toEqual(row.slice(1));
      }
    expect(named).toEqual([408, 429, 502, 504, 503, 503]);
  });
});

it("the table of the clients' tests is that of their contract", () => {
  expect(wholeTable).toEqual(rowsOf(shop.problems as unknown as Rows, Object.keys(wholeTable)));
});
