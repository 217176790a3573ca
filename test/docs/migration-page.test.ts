// docs/migration.md: both sides of each section, with the real libraries, over sockets; and what its tables say of the two answers.
import { createServer, type Server } from "node:http";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import * as expressPackage from "@fg-errors/express";
import { readProblem } from "@fg-errors/client";
import Boom from "@hapi/boom";
import * as nest from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import { ExpressAdapter } from "@nestjs/platform-express";
import { IsNumber } from "class-validator";
import { transformSync } from "esbuild";
import express from "express";
import { HttpProblemResponse } from "express-http-problem-details";
import { ProblemDocument } from "http-problem-details";
import * as mapper from "http-problem-details-mapper";
import createError from "http-errors";
import Koa from "koa";
import jsonError from "koa-json-error";
import strongErrorHandler from "strong-error-handler";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { fgErrors as runCommand } from "../published/command.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, codes, commands, paragraph, read, table } from "./markdown.js";

const page = read("docs/migration.md");
nest.Logger.overrideLogger(false);

// What fails inside is written there, by the libraries and by fg-errors.
beforeEach(() => {
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
  vi.spyOn(console, "error").mockReturnValue();
});
afterEach(() => void vi.restoreAllMocks());

const example = (mark: string) => block(page, mark);

/** Makes an Express application of the routes and the handler. */
function onExpress(routes: string, handler: string): Server {
  const app = express().set("env", "test"); // Express logs nothing then
  const { ErrorMapper, DefaultMappingStrategy, MapperRegistry } = mapper;
  const mapping = { ErrorMapper, DefaultMappingStrategy, MapperRegistry, HttpProblemResponse, ProblemDocument };
  evaluate(`${routes}\n${handler}`, "0", { ...expressPackage, app, Boom, createError, strongErrorHandler, ...mapping });
  return createServer(app);
}

/** The same for Koa, whose handler comes first. */
function onKoa(routes: string, handler: string): Server {
  const app = new Koa();
  app.silent = true;
  evaluate(`${handler}\n${routes}`, "0", { app, jsonError, fgErrors: koaErrors });
  return createServer(app.callback());
}

/** The same for Nest: in TypeScript, since it has decorators. */
async function onNest(routes: string, handler: string): Promise<Server> {
  const compilerOptions = { experimentalDecorators: true };
  const { code } = transformSync(`async function start() {${routes}\n${handler}\nreturn app;}`, {
    loader: "ts",
    tsconfigRaw: { compilerOptions },
  });
  const scope = { ...nest, NestFactory, ExpressAdapter, IsNumber, fgErrors: expressPackage.fgErrors };
  const app = await (evaluate(code, "start()", scope) as Promise<nest.INestApplication>);
  await app.init();
  return app.getHttpServer() as Server;
}

interface Section {
  readonly name: string;
  readonly create: (routes: string, handler: string) => Server | Promise<Server>;
  /** The old handler, where the page has no example of it. */
  readonly old?: string;
}

const sections: readonly Section[] = [
  { name: "boom", create: onExpress },
  { name: "http-errors", create: onExpress },
  { name: "strong-error-handler", create: onExpress },
  { name: "express-http-problem-details", create: onExpress },
  { name: "koa", create: onKoa },
  { name: "koa alone", create: onKoa, old: "" },
  { name: "nestjs", create: onNest },
];

interface Row {
  readonly request: string;
  readonly cells: readonly string[];
  readonly old: Answer;
  readonly new: Answer;
}

async function visit(port: number, cell: string): Promise<Answer> {
  const [line, content] = codes(cell);
  return parseAnswer(await exchange(port, request(line!, content ? { "Content-Type": "application/json" } : {}, content)));
}

/** Asks the old and the new application what the table of a section names. */
async function rowsOf({ name, create, old }: Section): Promise<Row[]> {
  const section = name.replace(" alone", "");
  const routes = example(`routes: ${section}`);
  const ask = async (handler: string, visits: readonly string[]) =>
    withServer(await create(routes, handler), async (port) => {
      const answers: Answer[] = [];
      for (const each of visits) answers.push(await visit(port, each));
      return answers;
    });
  const rows = table(page, `answers: ${name}`);
  const requests = rows.map(([first]) => first!);
  const before = await ask(old ?? example(`old: ${section}`), requests);
  const after = await ask(example(`new: ${section}`), requests);
  return rows.map(([first, ...cells], at) => ({ request: first!, cells, old: before[at]!, new: after[at]! }));
}

/** Describes a body as the table does: by its members, or by its media type. */
function described({ headers, text }: Answer): string {
  const type = headers.get("content-type")!.split(";")[0]!;
  if (!type.endsWith("json")) return type === "text/html" ? "HTML" : "text";
  const body = JSON.parse(text) as Record<string, unknown>;
  const names = Object.keys(body).flatMap((name) =>
    typeof body[name] === "object" && Object.keys(body).length === 1
      ? Object.keys(body[name] as object).map((inner) => `${name}.${inner}`)
      : [name],
  );
  return names.map((name) => `\`${name}\``).join(", ");
}

const memberOf = (text: string, path: string): unknown =>
  path
    .split(".")
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], JSON.parse(text) as unknown);

/** Lists the fields that an answer has and the other has not. Framing and time are not the handler's. */
function fieldsOnlyIn(answer: Answer, other: Answer): string[] {
  return [...answer.headers.keys()].filter((name) => !other.headers.has(name));
}

const secrets = ["10.0.0.7", "NewOrder", "    at "];

describe.each(sections)("from $name", (section) => {
  it("both sides answer as the table says", async () => {
    for (const { request, cells, ...answers } of await rowsOf(section)) {
      const [oldStatus, oldBody, newStatus, detail] = cells;
      expect([answers.old.status, described(answers.old)], request).toEqual([Number(oldStatus), oldBody]);
      expect(assertContract(answers.new, expressPackage.functionGraph, secrets), request).toMatchObject({
        status: Number(newStatus),
        detail,
      });
    }
  });

  it("the header fields that are new, and those that are gone, are the listed ones", async () => {
    const rows = await rowsOf(section);
    const listed = /^New header fields: (.*?)\. Gone: (.*)\.$/.exec(paragraph(page, `fields: ${section.name}`))!.slice(1);
    const [added, gone] = listed.map((names) =>
      codes(names)
        .map((each) => each.toLowerCase())
        .toSorted(),
    );
    const found = (only: (row: Row) => string[]) => [...new Set(rows.flatMap(only))].toSorted();
    expect(found((row) => fieldsOnlyIn(row.new, row.old))).toEqual(added);
    expect(found((row) => fieldsOnlyIn(row.old, row.new))).toEqual(gone);
  });

  if (section.old === undefined)
    it("an old member's value is that of the new member, or is not sent", async () => {
      const rows = await rowsOf(section);
      const [first] = rows;
      const members = table(page, `members: ${section.name}`).map(([from, to]) => [codes(from!)[0]!, codes(to!)[0]] as const);
      expect(members.map(([from]) => `\`${from}\``).join(", ")).toBe(described(first!.old)); // of the first request, all of them
      for (const [from, to] of members) {
        const value = memberOf(first!.old.text, from);
        if (to) expect(memberOf(first!.new.text, to), from).toEqual(value);
        else expect(first!.new.text, from).not.toContain(JSON.stringify(value).slice(0, 40));
      }
    });
});

it("what changes for all clients is true of each section", async () => {
  const list = page.split("<!-- all -->")[1]!.split("\n\n")[0]!;
  const members = codes(/The body has ([^.]*)\./.exec(list)![1]!);
  const fields = codes(/The header fields (.*?) are sent\./.exec(list)![1]!).map((field) => field.toLowerCase());
  for (const section of sections)
    for (const row of await rowsOf(section)) {
      expect(Object.keys(JSON.parse(row.new.text) as object)).toEqual(expect.arrayContaining(members));
      expect(row.new.headers.get("content-type")).toBe("application/problem+json");
      expect(row.new.headers.has("etag")).toBe(false);
      for (const field of fields) {
        const [wanted, value = row.new.headers.get("x-request-id")] = field.split(": ");
        expect(row.new.headers.get(wanted!)).toBe(value);
      }
    }
  const boom = await onExpress(example("routes: boom"), example("new: boom"));
  await withServer(boom, async (port) => {
    const { headers } = parseAnswer(await exchange(port, request("GET /orders/17", { Accept: "application/json" })));
    expect(headers.get("content-type")).toBe("application/json");
    expect(parseAnswer(await exchange(port, request("DELETE /account"))).headers.get("allow")).toContain("GET");
  });
  const registered = example("new: boom").replace("fgErrors()", "fgErrors({ contract: rfc9110 })");
  await withServer(await onExpress(example("routes: boom"), registered), async (port) =>
    expect(parseAnswer(await exchange(port, request("POST /orders"))).status).toBe(422),
  );
});

it("the messages of Nest's ValidationPipe are sent as errors", async () => {
  await withServer(await onNest(example("routes: nestjs"), example("new: nestjs")), async (port) => {
    const { errors } = assertContract(await visit(port, '`POST /orders` `{"price":"7"}`'));
    expect(errors).toEqual([{ detail: expect.stringMatching(/^price must be a number/) }]);
  });
});

it("a route throws invalid fields", async () => {
  const route = `app.post("/orders", () => { ${example("new: fields")} });`;
  await withServer(onExpress(route, example("new: strong-error-handler")), async (port) =>
    expect(assertContract(await visit(port, "`POST /orders`"))).toMatchObject({
      status: 400,
      detail: "The order is not valid.",
      errors: [{ pointer: "#/price", detail: "Is blank." }],
    }),
  );
});

describe("a running service", () => {
  const failures = ["/orders/17", "/orders", "/report", "/bug"];
  const routes: express.Handler = ({ path }, _response, next) => {
    if (path === "/orders/17") throw createError(404, "No such order");
    if (path === "/orders") throw createError(422, "The price is missing");
    if (path === "/report") throw createError(429, "One report a minute");
    if (path === "/bug") throw new Error("10.0.0.7 refused");
    next();
  };

  /** Runs a step: the routes with its handler, guarded with its options, but for the old service. */
  function serve(step: string, act: (origin: string) => Promise<void>): Promise<void> {
    const app = express().set("env", "test").disable("x-powered-by").use(routes);
    const code = example(`step: ${step}`);
    const options = evaluate(code, step === "old" ? "undefined" : "options", { ...expressPackage, app });
    const server = createServer(app);
    if (options) expressPackage.guardServer(server, options);
    return withServer(server, (port) => act(`http://127.0.0.1:${port}`));
  }

  const clients = {
    old: evaluate(example("client: old"), "explain"),
    new: evaluate(example("client: new"), "explain", { readProblem }),
  } as Record<"old" | "new", (response: Response) => Promise<string>>;

  const explained = async (step: string, client: "old" | "new") => {
    const texts: string[] = [];
    await serve(step, async (origin) => {
      for (const path of failures) texts.push(await clients[client](await fetch(origin + path)));
    });
    return texts;
  };

  it("old clients read on until the old members are dropped", async () => {
    const before = await explained("old", "old");
    expect(before).toEqual([
      "404: No such order",
      "422: The price is missing",
      "429: One report a minute",
      "500: Internal Server Error",
    ]);
    expect(await explained("old body", "old")).toEqual(before);
    expect(await explained("both bodies", "old")).toEqual(before);
    expect(new Set(await explained("new body", "old"))).toEqual(new Set(["undefined: undefined"]));
  });

  it("new clients can come as soon as both bodies are sent", async () => {
    const after = [
      "404: No such order",
      "400: The price is missing",
      "503: One report a minute",
      "500: Something went wrong on our side.",
    ];
    expect(await explained("both bodies", "new")).toEqual(after);
    expect(await explained("new body", "new")).toEqual(after);
  });

  it("the second step changes neither a status nor a body, and gives unmatched routes the old body", async () => {
    const answersOf = async (step: string) => {
      const answers: [status: number, body: string][] = [];
      await serve(step, async (origin) => {
        for (const path of failures) {
          const response = await fetch(origin + path);
          answers.push([response.status, await response.text()]);
        }
      });
      return answers;
    };
    expect(await answersOf("old body")).toEqual(await answersOf("old"));
    await serve("old body", async (origin) =>
      expect(await (await fetch(`${origin}/nothing`)).json()).toEqual({
        statusCode: 404,
        message: "Nothing was found at this address.",
      }),
    );
  });

  it.each([
    ["old", 1],
    ["old body", 1],
    ["both bodies", 0],
    ["new body", 0],
  ] as const)("fg-errors check, at the step: %s", async (step, expected) => {
    const [command, url] = commands(page.replaceAll(/^ {7}npx/gm, "    npx"))[0]!;
    expect(url).toBe("http://127.0.0.1:3000/");
    await serve(step, async (origin) => {
      const { code, stdout } = await runCommand(command!, `${origin}/`);
      expect([code, stdout]).toEqual([
        expected,
        expect.stringMatching(expected ? /[1-9]\d* of \d+ answers break/ : /\n0 of \d+ answers break/),
      ]);
    });
  });

  it("a handler that stays is replaced on the wire", async () => {
    const app = express();
    evaluate(example("step: handler kept"), "0", { ...expressPackage, app, options: {} });
    app.use(routes);
    evaluate(example("step: old"), "0", { app });
    await withServer(app, async (port) => {
      for (const path of failures) assertContract(await visit(port, `\`GET ${path}\``), expressPackage.functionGraph, secrets);
    });
  });
});
