// examples/catalogue as a company runs it: each service a process, the scripts of its contract, and its client.
import { readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { order } from "../../examples/catalogue/client/client.js";
import { shop } from "../../examples/catalogue/contract/index.js";
import { assertContract } from "../assert-contract.js";
import { block, commands, read } from "../docs/markdown.js";
import { cli, run } from "../published/command.js";
import { closedPort, exchange, parseAnswer, request } from "../wire.js";
import { startExample, type Example, type Later } from "./start.js";

const folder = new URL("../../examples/catalogue/", import.meta.url).pathname;
const page = read("examples/catalogue/README.md");
const at = (port: number) => `http://127.0.0.1:${port}`;

/** Starts the gateway and the services, or those beside a stock service, and gives the port to ask and the stock service to trouble. */
async function startShop(later: Later, environment: Record<string, string> = {}, running?: Example) {
  const stock = running ?? (await startExample("catalogue/stock/service.js", {}, later));
  const orders = await startExample("catalogue/orders/service.js", { STOCK: at(stock.port), ...environment }, later);
  const services = { STOCK: at(stock.port), ORDERS: at(orders.port) };
  const { port } = await startExample("catalogue/gateway/gateway.js", services, later);
  return { port, stock };
}

/** The shop of most tests. One of them orders, and only B-2. */
let open: Awaited<ReturnType<typeof startShop>>;
const ends: (() => void)[] = [];
beforeAll(async () => {
  open = await startShop((end) => void ends.push(end));
});
afterAll(() => ends.forEach((end) => end()));

const json = { "Content-Type": "application/json", "X-Request-Id": "a1b2c3" };
const visit = async (port: number, line: string, content?: object) =>
  parseAnswer(await exchange(port, request(line, json, content && JSON.stringify(content))));
const bodyOf = async (port: number, line: string, content?: object) =>
  assertContract(await visit(port, line, content), shop, ["shelf", "warehouse"]);

it("a problem reaches the gateway's client with its code, its type and its members, whichever service it comes from", async () => {
  const { port } = open;
  expect((await visit(port, "GET /stock/A-1")).text).toBe('{"sku":"A-1","left":2}');
  const stocked = await bodyOf(port, "POST /orders", { sku: "A-1", quantity: 5 });
  expect(stocked).toEqual(JSON.parse(block(page, "body")));
  expect(await bodyOf(port, "GET /stock/X-9")).toMatchObject({
    status: 404,
    type: "https://errors.example.com/shop/unknown-item",
    error_code: "SHOP.1002",
    instance: "/stock/X-9",
    sku: "X-9",
  });
  expect(await bodyOf(port, "POST /orders", { sku: "A-1", quantity: 0 })).toMatchObject({
    status: 400,
    error_code: "SHOP.0400",
    errors: [{ pointer: "#/quantity", detail: "Takes a number from 1." }],
  });
  expect(await bodyOf(port, "GET /nothing")).toMatchObject({ status: 404, error_code: "SHOP.0404" });
  expect(await bodyOf(port, "DELETE /orders")).toMatchObject({ status: 405, error_code: "SHOP.0405" });
});

it("the client narrows the problems by the generated table", async () => {
  const { port } = open;
  expect(await order(at(port), "A-1", 5)).toBe("Order 2 of A-1 instead.");
  expect(await order(at(port), "B-2", 500)).toBe("Ordered 500 of B-2."); // all that there are
  expect(await order(at(port), "X-9", 1)).toBe("There is no X-9 here.");
  expect(await order(at(port), "A-1", -1)).toMatch(/^The reservation is not valid\. Please quote [\w.-]+\.$/);
});

it("a closed checkout says when to come back", async ({ onTestFinished }) => {
  const { port } = await startShop(onTestFinished, { CLOSED_UNTIL: "2026-12-01" }, open.stock);
  expect(await order(at(port), "A-1", 1)).toBe("Come back on 2026-12-01; the next attempt is in 60000 ms.");
  const answer = await visit(port, "POST /orders", { sku: "A-1", quantity: 1 });
  expect(answer.headers.get("retry-after")).toBe("60");
  expect(assertContract(answer, shop)).toMatchObject({ error_code: "SHOP.2001", until: "2026-12-01T00:00:00.000Z" });
});

it("a service that is slow or down is the gateway's own failure, and has a generic code", async ({ onTestFinished }) => {
  const { port, stock } = await startShop(onTestFinished);
  process.kill(stock.pid, "SIGSTOP"); // the kernel still accepts connections
  try {
    for (const line of ["GET /stock/A-1", "POST /orders"])
      expect(await bodyOf(port, line, {})).toMatchObject({ status: 504, error_code: "SHOP.0504" });
  } finally {
    process.kill(stock.pid, "SIGKILL"); // nothing else ends a stopped process
  }
  await stock.ended;
  for (const line of ["GET /stock/A-1", "POST /orders"])
    expect(await bodyOf(port, line, {})).toMatchObject({ status: 502, error_code: "SHOP.0502" });
});

it("fg-errors check finds nothing at the gateway, whether its services answer or not", async ({ onTestFinished }) => {
  const { port } = open;
  const down = await closedPort();
  const alone = await startExample("catalogue/gateway/gateway.js", { STOCK: at(down), ORDERS: at(down) }, onTestFinished);
  const [command, url, ...args] = commands(page).at(-1)!;
  expect([command, url]).toEqual(["check", "http://127.0.0.1:8080/"]);
  for (const each of [port, alone.port]) {
    const { code, stdout } = await run(process.execPath, [cli, "check", at(each), ...args], folder);
    expect(stdout).toContain("\n0 of ");
    expect(code).toBe(0);
  }
});

const { scripts } = JSON.parse(readFileSync(`${folder}contract/package.json`, "utf8")) as { scripts: Record<string, string> };

/** Runs `visit` beside a copy of the contract and of the OpenAPI document, with a change of the code. */
async function inCopy(change: (code: string) => string, visit: (npmRun: NpmRun, copy: string) => Promise<void>): Promise<void> {
  const copy = await mkdtemp(join(tmpdir(), "fg-errors-"));
  try {
    for (const each of ["contract", "gateway"]) await mkdir(join(copy, each));
    for (const file of [...generated, "contract/index.js", "contract/package.json"]) await cp(folder + file, join(copy, file));
    await symlink(`${folder}contract/node_modules`, join(copy, "contract/node_modules"));
    await writeFile(join(copy, "contract/index.js"), change(await readFile(`${folder}contract/index.js`, "utf8")));
    const path = `${folder}contract/node_modules/.bin`; // where npm finds commands
    await visit((name) => run("sh", ["-c", `PATH="${path}:$PATH"; ${scripts[name]}`], join(copy, "contract")), copy);
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

type NpmRun = (script: string) => ReturnType<typeof run>;

const generated = ["contract/errors.json", "contract/problems.ts", "gateway/openapi.yaml"];

it("the generated files are what the code says", async () => {
  await inCopy(
    (code) => code,
    async (npmRun, copy) => {
      expect(await npmRun("test")).toEqual({ code: 0, stdout: "", stderr: "" });
      expect(await npmRun("diff")).toEqual({ code: 0, stdout: "No breaking change.\n", stderr: "" });
      expect(await npmRun("export")).toEqual({ code: 0, stdout: "", stderr: "" });
      for (const file of generated)
        expect(await readFile(join(copy, file), "utf8"), file).toBe(read(`examples/catalogue/${file}`));
    },
  );
});

it("its tests fail where a generated file is not up to date", async () => {
  await inCopy(
    (code) => code.replace('title: "Unknown item"', 'title: "No such item"'),
    async (npmRun, copy) => {
      expect((await npmRun("export")).code).toBe(0);
      expect((await npmRun("test")).code).toBe(0);
      for (const file of generated) {
        const fresh = await readFile(join(copy, file), "utf8");
        await cp(folder + file, join(copy, file));
        const { code, stdout } = await npmRun("test");
        expect([code, stdout], file).toEqual([1, expect.stringMatching(/No such item|is not up to date/)]);
        await writeFile(join(copy, file), fresh);
      }
      expect((await npmRun("diff")).code).toBe(0); // a title breaks no client
    },
  );
});

it.each([
  ["another status", (code: string) => code.replace("status: 409", "status: 403"), "SHOP.1001: status 409 is now 403"],
  ["a code that is gone", (code: string) => code.replace("SHOP.1002", "SHOP.1003"), "SHOP.1002: it is gone"],
  [
    "a member that is gone",
    (code: string) => code.replace("Only {left, number}", "Too few"),
    "SHOP.1001: the member left is gone",
  ],
])("fg-errors diff fails for a change that breaks clients: %s", async (_what, change, expected) => {
  await inCopy(change, async (npmRun) => {
    const { code, stdout } = await npmRun("diff");
    expect([code, stdout]).toEqual([1, expect.stringContaining(expected)]);
  });
});

it("its README lists the files that there are", async () => {
  const listed = page.split("| file |")[1]!.split("\n\n")[0]!;
  const files = [...listed.matchAll(/^\| `([^`]+)`/gm)].map(([, file]) => file!);
  expect(files).toHaveLength(9);
  for (const file of files) await readFile(folder + file);
});
