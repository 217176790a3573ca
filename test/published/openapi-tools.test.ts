// What is exported and merged is taken by the tools that people use.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { mergeOpenApi } from "@fg-errors/contract";
import SwaggerParser from "@apidevtools/swagger-parser";
import { createClient } from "@hey-api/openapi-ts";
import { fgErrors as expressErrors } from "@fg-errors/express";
import express from "express";
import openapiTS, { astToString } from "openapi-typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { withServer } from "../wire.js";
import { fgErrors, inFolder, orders30Text, ordersText, run, shopModule, spawnFgErrors, tool } from "./command.js";
import { shop } from "./shop.js";

const tsc = new URL("../../node_modules/typescript/bin/tsc", import.meta.url).pathname;

const versions = { "3.0": orders30Text, "3.1": ordersText };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "openapi-tools-"));
  for (const [version, text] of Object.entries(versions)) {
    const orders = mergeOpenApi(text, shop);
    await writeFile(join(folder, `orders-${version}.yaml`), orders);
    const broken = orders.replace('"409":', '"422":').replace(/ {8}default:\n.*\n/, "");
    await writeFile(join(folder, `broken-${version}.yaml`), broken);
    const failures = ["export", shopModule, "--format", "openapi", "--openapi", version];
    await writeFile(join(folder, `failures-${version}.json`), (await spawnFgErrors(...failures)).stdout);
  }
  await writeFile(join(folder, "own.yaml"), (await fgErrors("export", shopModule, "--format", "spectral")).stdout);
  await writeFile(join(folder, "oas.yaml"), 'extends: ["spectral:oas"]\n');
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
});

afterAll(() => rm(folder, { recursive: true }));

const named = (...names: string[]) =>
  Object.keys(versions).flatMap((version) => names.map((name) => name.replace(".", `-${version}.`)));

// The linters take longer to start than to read all documents.
describe("the documents of both versions", () => {
  it("have no error for Redocly", async () => {
    const files = named("orders.yaml", "failures.json");
    const { stdout, stderr } = await tool("redocly", ["lint", ...files, "--format=json"], folder);
    for (const file of files) expect(stderr).toContain(`${file}: validated`);
    const found = stdout
      .split(/(?<=^\})(?=\{)/m)
      .flatMap((text) => (JSON.parse(text) as { problems: readonly { ruleId: string }[] }).problems);
    // A library of responses has none that its own paths use, and names no licence for its users.
    const rules = found.map(({ ruleId }) => ruleId).filter((rule) => rule !== "no-unused-components" && rule !== "info-license");
    expect(rules).toEqual([]);
  });

  it("have no error for Spectral, by its own rules and by those that are exported", async () => {
    const lint = async (ruleset: string, paths: readonly string[]) => {
      const args = ["lint", ...paths, "-r", ruleset, "-f", "json", "-F", "error", "--quiet"];
      const { stdout } = await tool("spectral", args, folder);
      return (JSON.parse(stdout || "[]") as { source: string; code: string; severity: number }[])
        .filter(({ severity }) => severity === 0)
        .map(({ source, code }) => `${basename(source)}: ${code}`);
    };
    expect(await lint("oas.yaml", named("orders.yaml", "failures.json"))).toEqual([]);
    const found = new Set(await lint("own.yaml", named("orders.yaml", "broken.yaml")));
    const expected = named("broken.yaml").flatMap((file) => [`${file}: fg-errors-default`, `${file}: fg-errors-status`]);
    expect([...found].toSorted()).toEqual(expected);
  });
});

describe.each(Object.keys(versions))("OpenAPI %s", (version) => {
  it("is valid for swagger-parser", async () => {
    for (const name of [`orders-${version}.yaml`, `failures-${version}.json`])
      await expect(SwaggerParser.validate(join(folder, name))).resolves.toHaveProperty("components");
  });

  it("gives types by openapi-typescript, and a client by @hey-api/openapi-ts, that compile", async () => {
    const orders = join(folder, `orders-${version}.yaml`);
    const out = join(folder, version);
    await mkdir(out);
    const types = astToString(await openapiTS(await readFile(orders, "utf8")));
    await writeFile(join(out, "types.ts"), types);
    await createClient({
      input: orders,
      output: join(out, "client"),
      plugins: ["@hey-api/typescript"],
      logs: { level: "silent" },
    });
    const use = `import type { components } from "./types.js";
import type { OutOfStockProblem } from "./client/index.js";
export const one: components["schemas"]["OutOfStockProblem"]["left"] = 2;
export const status: components["schemas"]["OutOfStockProblem"]["status"] = 409;
export const code: OutOfStockProblem["error_code"] = "SHOP.1001";
// @ts-expect-error: another code
export const other: OutOfStockProblem["error_code"] = "SHOP.1002";
// @ts-expect-error: a text
export const sku: components["schemas"]["OutOfStockProblem"]["sku"] = 7;
`;
    await writeFile(join(out, "use.ts"), use);
    const options = [
      "--strict",
      "--noEmit",
      "--module",
      "esnext",
      "--moduleResolution",
      "bundler",
      "--types",
      "",
      "--skipLibCheck",
    ];
    expect((await run(process.execPath, [tsc, ...options, "use.ts"], out)).stdout).toBe("");
  });
});

describe("Prism, as a validating proxy in front of a gateway", () => {
  /** Answers with what the request's query asks for. */
  function gateway() {
    const app = express();
    app.post("/orders", express.json(), () => {
      throw shop.problems.outOfStock({ sku: "A-1", left: 2 });
    });
    app.get("/orders/:id", ({ params: { id } }, response) => {
      if (id === "closed") throw shop.problems.checkoutClosed({ until: "2026-12-01" });
      if (id === "broken") throw new Error("s3cr3t");
      if (id === "planted") response.status(404).type("application/problem+json").send('{"status":"404"}');
      else if (id === "undocumented") response.status(418).type("html").send("<p>no");
      else response.status(404).type("json").json({ message: "no" });
    });
    app.use(expressErrors({ contract: shop, onError: () => {} }));
    return app as unknown as (request: IncomingMessage, response: ServerResponse) => void;
  }

  it("finds no violation of ours, and finds planted ones", async () => {
    await withServer(createServer(gateway()), (port) =>
      inFolder({ "orders.yaml": mergeOpenApi(ordersText, shop) }, async (folder) => {
        const file = new URL("../node_modules/.bin/prism", import.meta.url).pathname;
        const args = ["proxy", "orders.yaml", `http://127.0.0.1:${port}`, "-h", "127.0.0.1", "-p", "0", "--errors"];
        const prism = spawn(file, args, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
        try {
          let own = "";
          for await (const line of createInterface(prism.stdout)) {
            own = /Prism is listening on (\S+)/.exec(line)?.[1] ?? "";
            if (own !== "") break;
          }
          const ask = async (path: string, init?: RequestInit) => {
            const response = await fetch(`${own}${path}`, init);
            return { status: response.status, body: (await response.json()) as { type: string; error_code?: string } };
          };
          const order = { method: "POST", headers: { "Content-Type": "application/json" }, body: '{"sku":"A-1"}' };
          expect(await ask("/orders", order)).toMatchObject({ status: 409, body: { error_code: "SHOP.1001" } });
          expect(await ask("/orders/closed")).toMatchObject({ status: 503, body: { error_code: "SHOP.CHECKOUT_CLOSED" } });
          expect(await ask("/orders/broken")).toMatchObject({ status: 500, body: { error_code: "SHOP.0500" } });
          const violation = { body: { type: "https://stoplight.io/prism/errors#VIOLATIONS" } };
          expect(await ask("/orders/planted")).toMatchObject(violation);
          expect(await ask("/orders/other")).toMatchObject(violation);
        } finally {
          prism.stdout.destroy();
          prism.kill();
          await once(prism, "exit");
        }
      }),
    );
  });
});
