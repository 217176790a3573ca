// Each command line of docs/contract.md, run in its order in one folder, and what the pages say of the commands.
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as contractPackage from "@fg-errors/contract";
import { assertProblem, toBeProblem } from "@fg-errors/contract/testing";
import type { Contract } from "@fg-errors/core";
import { fgErrors, guardServer } from "@fg-errors/express";
import express from "express";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { probes } from "../../packages/contract/src/check/probes.js";
import { reports } from "../../packages/contract/src/check/reports.js";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { cli, fgErrors as runCommand, inFolder, ordersText, run, type Printed } from "../published/command.js";
import { withServer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, codes, commands, paragraph, read, table } from "./markdown.js";

const page = read("docs/contract.md");
const readme = read("packages/contract/README.md");
const source = block(page, "example: define").replace("const shop", "export const shop");
const shop = evaluate(block(page, "example: define"), "shop") as Contract;
const modules = new URL("../node_modules", import.meta.url).pathname;

function guarded(mount: (app: express.Express) => void): Server {
  const app = express().disable("x-powered-by").set("env", "test");
  mount(app);
  return guardServer(createServer(app), { contract: shop, onError() {} });
}

/** What the page checks: the service of its URL. */
const service = () => guarded((app) => void app.use(fgErrors({ contract: shop, onError() {} })));

/**
 * Runs `act` in a folder as the page has it, and gives it a function that runs a command on its files.
 * @param isSpawned whether the command is a process of its own, in that folder
 */
const inProject = (
  act: (command: (...args: readonly string[]) => Promise<Printed>, folder: string) => Promise<void>,
  isSpawned = false,
) =>
  inFolder({ "openapi.yaml": ordersText.replace(", limited", ""), "package.json": '{"type":"module"}' }, async (folder) => {
    await mkdir(join(folder, "src"));
    await writeFile(join(folder, "src/contract.js"), source);
    await symlink(modules, join(folder, "node_modules"));
    const inside = (arg: string) => (/\.(?:js|json|yaml)$/.test(arg) ? join(folder, arg) : arg);
    await act((...args) => (isSpawned ? run(process.execPath, [cli, ...args], folder) : runCommand(...args.map(inside))), folder);
  });

it("each command line of docs/contract.md does what the page says", async () => {
  const written: Record<string, (folder: string) => Promise<unknown>> = {
    export: async (folder) => expect(await readJson(folder, "errors.json")).toEqual(contractPackage.contractDocument(shop)),
    diff: async () => {},
    merge: async (folder) => {
      const { paths } = parse(await readFile(join(folder, "openapi.yaml"), "utf8"));
      expect(Object.keys(paths["/orders"].post.responses).toSorted()).toEqual(["201", "401", "404", "409", "default"]);
      expect(Object.keys(paths["/orders/{id}"].get.responses).toSorted()).toEqual(["200", "404", "503", "default"]);
    },
    check: async () => {},
  };
  const seen: string[] = [];
  await inProject(
    (command, folder) =>
      withServer(service(), async (port) => {
        for (const args of commands(page)) {
          seen.push(args[0]!);
          if (args[1] === "main.json") await git(folder);
          const { code, stderr } = await command(...args.map((arg) => arg.replace(/^https:.*/, `http://127.0.0.1:${port}/api`)));
          expect([code, stderr], args.join(" ")).toEqual([0, ""]);
          await written[args[0]!]!(folder);
        }
      }),
    true,
  );
  expect(seen).toEqual(["export", "diff", "diff", "merge", "check"]);
});

/** Runs the page's git command in a repository whose main branch has errors.json. */
async function git(folder: string): Promise<void> {
  const [line] = page.match(/(?<=^ {4})git .*$/m)!;
  const setUp = "git init -q && git add errors.json && git -c user.name=a -c user.email=a@a.example commit -qm a";
  const { code, stderr } = await run("sh", ["-c", `${setUp} && git update-ref refs/remotes/origin/main HEAD && ${line}`], folder);
  expect([code, stderr]).toEqual([0, ""]);
  expect(await readJson(folder, "main.json")).toEqual(await readJson(folder, "errors.json"));
}

const readJson = async (folder: string, name: string) => JSON.parse(await readFile(join(folder, name), "utf8")) as unknown;

it.each<[string, string, string, string]>([
  ["a code that is gone without having been deprecated", "SHOP.1001", "SHOP.1009", "SHOP.1001: it is gone"],
  ["another status", "status: 409", "status: 403", "status 409 is now 403"],
  ["type", "shop/", "store/", "store/out-of-stock"],
  ["member", "{left, number}", "few", "the member left is gone"],
  ["a weaker retry", "retryAfter: 60", 'retry: "never"', 'retry "always" is now "never"'],
  [
    "a new status",
    "defineContract(functionGraph",
    'defineContract(extendContract(functionGraph, { 429: { title: "a", description: "b" } })',
    "429: the status is new",
  ],
  ["another fold", "defineContract(functionGraph", "defineContract({ ...functionGraph, folds: {} }", "402: it left as 403"],
])("diff exits with 1, as docs/contract.md says, for: %s", async (words, from, to, printed) => {
  expect(page.replaceAll("\n", " ")).toContain(words);
  await inProject(async (command, folder) => {
    await writeFile(join(folder, "errors.json"), JSON.stringify(contractPackage.contractDocument(shop))); // as `export` writes it
    const changed = source.replace(from, to).replace("functionGraph }", "extendContract, functionGraph }");
    await writeFile(join(folder, "src/contract.js"), changed);
    const { code, stdout } = await command(...commands(page)[1]!);
    expect([code, stdout]).toEqual([1, expect.stringContaining(printed)]);
  });
});

it("merge --check changes nothing, and exits with 1 until the document is up to date", async () => {
  await inProject(async (command, folder) => {
    const merge = commands(page).find(([name]) => name === "merge")!;
    const before = await readFile(join(folder, "openapi.yaml"), "utf8");
    expect((await command(...merge, "--check")).code).toBe(1);
    expect(await readFile(join(folder, "openapi.yaml"), "utf8")).toBe(before);
    await command(...merge);
    expect((await command(...merge, "--check")).code).toBe(0);
  });
});

it("the page shows x-problems as merge takes them", async () => {
  const shown = /^( {4}paths:\n(?: {4}.*\n)+)/m.exec(page)![1]!;
  const document = `openapi: 3.1.1\ninfo: { title: a, version: "1" }\n${shown.replaceAll(/^ {4}/gm, "")}`;
  const { paths } = parse(contractPackage.mergeOpenApi(document, shop));
  expect(Object.keys(paths["/orders"].post.responses).toSorted()).toEqual(["401", "409", "default"]);
});

describe("the page", () => {
  it("lists the formats of export, each of which can be written", async () => {
    const listed = table(page, "formats");
    expect(listed.map(([format]) => codes(format!)[0])).toEqual(Object.keys(formats));
    const versions = listed.flatMap((row) => codes(row[1]!)).filter((code) => /^(--openapi )?3\.\d$/.test(code));
    expect(versions).toEqual(["--openapi 3.0", "3.1", "3.2"]);
    await inProject(async (command) => {
      const exported = (...args: string[]) => command("export", "src/contract.js", "--format", ...args);
      for (const version of versions) {
        const number = version.replace("--openapi ", "");
        const { stdout } = await exported("openapi", "--openapi", number);
        expect((JSON.parse(stdout) as { openapi: string }).openapi).toMatch(new RegExp(`^${number}\\.`));
      }
      expect((await exported("openapi")).stdout).toContain('"openapi": "3.1');
    });
  });

  it("names the options of check, its forms, and how many requests it sends", async () => {
    const section = page.split("## Check")[1]!.split("\n## ")[0]!.replaceAll("\n", " ");
    const { stdout } = await runCommand("--help");
    const usage = stdout.split("\n").find((line) => line.startsWith("  fg-errors check "))!;
    const named = [...section.matchAll(/--[a-z]+/g)].map(([option]) => option).toSorted();
    expect(named).toEqual([...usage.matchAll(/--[a-z]+/g)].map(([option]) => option).toSorted());
    expect(/writes the result as (.*?)[.;]/.exec(section)![1]!.match(/(?<=`)\w+(?=`)/g)).toEqual(Object.keys(reports));
    expect(section).toContain("some thirty requests");
    expect(Math.abs(probes.length - 30)).toBeLessThan(5);
  });
});

describe("packages/contract/README.md", () => {
  let plain: Server;
  let url: string;
  beforeAll(async () => {
    plain = guarded((app) => void app.use("/ours", fgErrors())).listen(0, "127.0.0.1");
    await new Promise((resolve) => plain.once("listening", resolve));
    url = `http://127.0.0.1:${(plain.address() as { port: number }).port}`;
  });
  afterAll(() => void plain.close().closeAllConnections());

  it("lists the commands", async () => {
    const { stdout } = await runCommand("--help");
    const usages = [...stdout.matchAll(/^ {2}fg-errors (\w+)/gm)].map(([, name]) => name);
    expect(table(readme, "commands").map(([usage]) => codes(usage!)[0]!.split(" ")[1])).toEqual(usages);
    expect(stdout).toContain("Exit codes: 0 all is well, 1 a difference or a broken contract, 2 wrong use.");
    expect(readme).toContain("Exit codes: 0 all is well; 1 a difference, or a broken contract; 2 wrong use");
  });

  it("lists the functions", () => {
    expect(
      codes(paragraph(readme, "exports"))
        .map((code) => code.replace("()", ""))
        .toSorted(),
    ).toEqual(Object.keys(contractPackage).toSorted());
  });

  it.each(["testing", "matcher"])("shows an assertion that holds for a problem, and for nothing else: %s", async (example) => {
    const code = block(readme, `example: ${example}`).replace(/^import .*$/gm, "");
    const judge = (path: string) =>
      evaluate(`const judged = (async () => {${code}})();`, "judged", {
        assertProblem,
        toBeProblem,
        expect,
        url: url + path,
      }) as Promise<void>;
    await judge("/ours/17");
    await expect(judge("/17")).rejects.toThrow(/content-type/);
  });
});
