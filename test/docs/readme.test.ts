// Every table and list of the READMEs, compared with the code.
import * as core from "@fg-errors/core";
import { createResponder, functionGraph, normalizeError, ProblemError, UpstreamError } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { codes, paragraph, read, table } from "./markdown.js";

const readme = read("README.md");

const statusPage = read("docs/statuses.md");

it("docs/statuses.md lists the statuses as the contract has them", () => {
  const errors = Object.entries(functionGraph.statuses).filter(([status]) => Number(status) >= 400);
  expect(table(statusPage, "statuses")).toEqual(errors.map(([status, { title, description }]) => [status, title, description]));
});

describe("the folds of docs/statuses.md", () => {
  const rows = table(statusPage, "folds");
  const own = rows.map(([received, to]) => ({ takes: named(received!), to: Number(to) }));
  const upstream = rows.map(([, , , received, to]) => ({ takes: named(received!), to: Number(to) }));
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
  const documented = (status: number) => status >= 400 && Object.hasOwn(functionGraph.statuses, status);
  const foldOf = (folds: typeof own, status: number) => folds.find(({ takes }) => takes(status))?.to;
  const ownFold = (status: number) => (documented(status) ? status : foldOf(own, status));

  const listed = (statuses: number[], target: (status: number) => number | undefined) =>
    statuses.map((status) => `${status} leaves as ${target(status)}`);

  it("say where a status goes", () => {
    const statuses = range(400, 600);
    expect(statuses.map((status) => leaves(new ProblemError(status)))).toEqual(listed(statuses, ownFold));
  });

  it("say where an upstream's status goes", () => {
    const statuses = [...range(0, 200), ...range(400, 1000)];
    const received = statuses.map((status) => leaves(new UpstreamError({ status, upstream: true }, undefined)));
    expect(received).toEqual(listed(statuses, (status) => foldOf(upstream, status) ?? ownFold(status)));
  });

  /** The statuses that a cell names: "402, 451", "other 4xx", "below 200, above 599". */
  function named(cell: string): (status: number) => boolean {
    const tests = cell.split(", ").map((part): ((status: number) => boolean) => {
      const [word, number] = part.split(" ");
      if (word === "other") return (status) => `${Math.floor(status / 100)}xx` === number;
      if (word === "below") return (status) => status < Number(number);
      if (word === "above") return (status) => status > Number(number);
      return (status) => String(status) === part;
    });
    return (status) => tests.some((test) => test(status));
  }

  function leaves(thrown: unknown): string {
    const { status, receivedStatus = status } = normalizeError(thrown);
    return `${receivedStatus} leaves as ${status}`;
  }
});

describe("README's options", () => {
  const rows = table(readme, "options").map(([name, takes, byDefault]) => ({
    name: codes(name!)[0]!,
    takes: takes!,
    byDefault: byDefault!,
  }));
  const row = (name: string) => rows.find((each) => each.name === name)!;
  const facts = { method: "GET", url: "/orders/17", headers: { "x-request-id": "a1b2c3" } };
  const complaint = (options: object) => {
    try {
      return String(createResponder(options));
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("are those that there are", () => {
    expect(complaint({ none: 1 }).split("the options are ")[1]!.split(", ")).toEqual(rows.map(({ name }) => name));
  });

  it.each(["core", "express", "functiongraph", "koa"])("are named by packages/%s too", (name) => {
    const list = paragraph(read(`packages/${name}/README.md`), "options");
    expect(codes(list)).toEqual(rows.map(({ name }) => name));
  });

  it.each([
    "contract",
    "format",
    "service",
    "challenge",
    "relayStatuses",
    "errorBodyLimit",
    "success",
    "hiddenFailures",
    "proxyDetails",
  ])("give %s its default", (name) => {
    expect(codes(row(name).byDefault).join()).toBe(row(name).byDefault.slice(1, -1));
    expect(answersTo({ [name]: valueOf(row(name).byDefault.slice(1, -1)) })).toEqual(answersTo({}));
  });

  it.each(["proxyName", "map", "onError"])("give %s no default", (name) => expect(row(name).byDefault).toBe(""));

  it("say whose request id is taken first", () => {
    const id = { "X-Request-Id": "own", "X-Cff-Request-Id": "cff", traceparent: `00-${"a".repeat(32)}-${"b".repeat(16)}-01` };
    const [first, ...others] = row("requestId").byDefault.match(
      /X-Request-Id|X-Cff-Request-Id|traceparent/g,
    )! as (keyof typeof id)[];
    expect(first).toBe("X-Request-Id");
    expect(row("requestId").byDefault).toMatch(
      /^an X-Request-Id already set on the response, else the request's .*, else a new one$/,
    );
    const idOf = (names: typeof others, responseHeaders = {}) => {
      const headers = Object.fromEntries(names.map((name) => [name.toLowerCase(), id[name]]));
      return createResponder()(undefined, { headers, responseHeaders }).headers["x-request-id"];
    };
    expect(idOf(others, { "x-request-id": "set" })).toBe("set");
    for (const [index, name] of others.entries()) expect(id[name]).toContain(idOf(others.slice(index)));
    expect(others).toHaveLength(3);
    expect(idOf([])).toMatch(/^[0-9a-f]{32}$/);
  });

  it("name the contracts and formats that there are", () => {
    const contracts = Object.entries(core).filter(([, value]) => Object.hasOwn(value as object, "folds"));
    expect(codes(row("contract").takes)).toEqual(contracts.map(([name]) => name));
    const quoted = (text: string) => text.match(/"\w+"/g);
    expect(quoted(row("format").takes)).toEqual(quoted(complaint({ format: 1 }).replace('"format"', "")));
    const { body } = createResponder({ format: "functiongraph" })(undefined, facts);
    expect(codes(row("format").takes)).toContain(`{ ${Object.keys(JSON.parse(body) as object).join(", ")} }`);
    expect(row("relayStatuses").takes).toMatch(/^array or Set of statuses /);
    for (const relayStatuses of [[404], new Set([404])]) expect(answersTo({ relayStatuses })).not.toEqual(answersTo({}));
  });

  it("name what the hooks are given", () => {
    const given: Record<string, string[]> = {};
    const note = (name: string) => (_problem: unknown, context: object) => void (given[name] = Object.keys(context));
    const format = (problem: unknown, context: object) => (
      note("format")(problem, context),
      { contentType: "text/plain", body: "" }
    );
    createResponder({ map: note("map"), onError: note("onError"), format })(undefined, facts);
    for (const [name, members] of Object.entries(given)) {
      const [, listed] = /\(problem, \{ (.+?) \}\)/.exec(row(name).takes)!;
      expect(listed!.split(", ").toSorted(), name).toEqual(members.toSorted());
    }
    expect(Object.keys(given)).toHaveLength(3);
  });

  /** A value as the table writes it: a literal, or an export of core's. */
  function valueOf(code: string): unknown {
    return new Map<string, unknown>(Object.entries(core)).get(code) ?? JSON.parse(code);
  }

  /** What is answered to a problem, and to an HTTP client's error, of every status. */
  function answersTo(options: object) {
    const respond = createResponder({ onError() {}, ...options });
    const statuses = Array.from({ length: 200 }, (_, index) => 400 + index);
    const thrown = (status: number) => [new ProblemError(status), { isAxiosError: true, response: { status } }];
    return statuses.flatMap(thrown).map((each) => respond(each, facts));
  }
});

describe("the exports", () => {
  const namesOf = (text: string) => codes(text).map((code) => /^\w+/.exec(code)![0]);

  it("of core are in its README", async () => {
    const text = read("packages/core/README.md");
    const { exports: entries } = JSON.parse(read("packages/core/package.json")) as { exports: object };
    const listed = new Map<string, string[]>();
    let entry = "";
    for (const [from, names] of ["exports", "adapters"].flatMap((mark) => table(text, mark))) {
      entry = from === "" ? entry : codes(from!)[0]!;
      listed.set(entry, [...(listed.get(entry) ?? []), ...namesOf(names!)]);
    }
    const paths = Object.keys(entries).filter((path) => path !== "./package.json");
    expect([...listed.keys()]).toEqual(paths.map((path) => path.replace(".", "@fg-errors/core")));
    for (const [path, names] of listed)
      expect(names.toSorted(), path).toEqual(Object.keys((await import(path)) as object).toSorted());
  });

  it.each([
    ["client", () => import("@fg-errors/client")],
    ["contract", () => import("@fg-errors/contract")],
    ["express", () => import("@fg-errors/express")],
    ["functiongraph", () => import("@fg-errors/functiongraph")],
    ["koa", () => import("@fg-errors/koa")],
    ["telemetry", () => import("@fg-errors/telemetry")],
  ])("of %s are in its README", async (name, load) => {
    const listed = namesOf(paragraph(read(`packages/${name}/README.md`), "exports"));
    expect(listed.toSorted()).toEqual(Object.keys(await load()).toSorted());
  });
});

it("README is read in a few minutes", () => {
  expect(readme.split("\n").length).toBeLessThanOrEqual(200);
});

it("README, CONTRIBUTING and CI ask for the same Node as the manifests", () => {
  const plain = (path: string) => read(path).replace(/\n(# )?/g, " ");
  const needs =
    /The packages and `npm start` need Node ([\d.]+) or later; `npm test` needs Node ([\d.]+) or later, as oxlint and Vite do\./;
  const [sentence, packages, tests] = needs.exec(plain("README.md"))!;
  for (const path of ["CONTRIBUTING.md", ".ci/run"]) expect(plain(path)).toContain(sentence);
  const engines = (path: string) => (JSON.parse(read(path)) as { engines: { node: string } }).engines.node;
  for (const path of ["package.json", "packages/core/package.json"]) expect(engines(path)).toBe(`>=${packages}`);
  expect(engines("node_modules/oxlint/package.json")).toContain(`^${tests}.0 `);
});
