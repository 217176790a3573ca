// fg-errors check, against services that keep the contract and services that do not.
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { createServer as createTcpServer, type Socket } from "node:net";
import { fgErrors as expressErrors, guardServer } from "@fg-errors/express";
import { fgErrors as koaErrors, guardServer as guardKoa } from "@fg-errors/koa";
import express from "express";
import Koa from "koa";
import { describe, expect, it } from "vitest";
import { block, read } from "../docs/markdown.js";
import { patience } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";
import { closedPort, withServer } from "../wire.js";
import { fgErrors, inFolder, ordersText, shopModule, spawnFgErrors } from "./command.js";
import { probes } from "../../packages/contract/src/check/probes.js";
import { parseResponse } from "../../packages/contract/src/check/parse-response.js";
import { reports } from "../../packages/contract/src/check/reports.js";

const quiet = { onError: () => {} };

function oursOnExpress(): Server {
  const app = express().disable("x-powered-by");
  app.post("/", express.json(), (_request, response) => void response.json({}));
  app.use(expressErrors(quiet));
  return guardServer(createServer(app), quiet);
}

function oursOnKoa(): Server {
  const app = new Koa();
  app.silent = true;
  app.use(koaErrors(quiet));
  return guardKoa(createServer(app.callback()), quiet);
}

function plainExpress(): Server {
  const app = express();
  app.set("env", "test");
  app.get("/", (_request, response) => void response.json({}));
  app.post("/", express.json(), (_request, response) => void response.json({}));
  return createServer(app);
}

const check = (port: number, ...args: string[]) => fgErrors("check", `http://127.0.0.1:${port}/`, ...args);

interface Checked {
  readonly results: readonly {
    readonly name: string;
    readonly status?: number;
    readonly faults: readonly string[];
    readonly skipped: boolean;
  }[];
}

describe("fg-errors check", () => {
  it.each([
    ["Express", oursOnExpress],
    ["Koa", oursOnKoa],
  ])("finds nothing at a guarded gateway on %s", async (_name, create) => {
    await withServer(create(), async (port) => {
      const { code, stdout, stderr } = await check(port);
      expect(stdout).toContain(`\n0 of ${probes.length} answers break the contract.\n`);
      expect([code, stderr]).toEqual([0, ""]);
    });
  });

  it("sends one request for each probe, and no more", async () => {
    let connections = 0;
    const server = oursOnExpress().on("connection", () => connections++);
    await withServer(server, async (port) => {
      await check(port);
      expect(connections).toBe(probes.length);
    });
  });

  it("finds that a plain Express application breaks it nearly everywhere", async () => {
    await withServer(plainExpress(), async (port) => {
      const { code, stdout } = await spawnFgErrors("check", `http://127.0.0.1:${port}/`, "--format", "json");
      const { results } = JSON.parse(stdout) as Checked;
      expect(code).toBe(1);
      expect(results.map(({ name }) => name)).toEqual(probes.map(({ name }) => name));
      const kept = results.filter(({ faults }) => faults.length === 0).map(({ name }) => name);
      expect(kept.length).toBeLessThan(4);
      expect(results[0]!.faults).toContain('content-type is "text/html; charset=utf-8", not application/problem+json');
    });
  });

  it("sends chosen probes only, and judges by another contract", async () => {
    const app = express().use(expressErrors({ ...quiet, service: "SHOP" }));
    await withServer(createServer(app), async (port) => {
      const { code, stdout } = await check(port, "--only", "unmatched,head", "--format", "json", "--contract", shopModule);
      expect(code).toBe(0);
      expect((JSON.parse(stdout) as Checked).results.map(({ name, status }) => [name, status])).toEqual([
        ["unmatched", 404],
        ["head", 404],
      ]);
    });
  });

  it("asks at the paths of an OpenAPI document, below the URL's own path", async () => {
    const asked: string[] = [];
    const app = express().use((request, _response, next) => (asked.push(`${request.method} ${request.path}`), next()));
    app.use(expressErrors(quiet));
    await inFolder({ "orders.yaml": ordersText }, (folder) =>
      withServer(createServer(app), async (port) => {
        const only = ["--only", "malformed-json,unknown-method,unmatched"];
        await spawnFgErrors("check", `http://127.0.0.1:${port}/api`, "--openapi", `${folder}/orders.yaml`, ...only);
        expect(asked).toContain("POST /api/orders");
        expect(asked.filter((each) => !each.includes(" /api/"))).toEqual([]);
      }),
    );
  });

  it("encodes the paths of a document, and sends no request more", async () => {
    const targets: (string | undefined)[] = [];
    const server = createServer((request, response) => (targets.push(request.url), response.end()));
    const path = JSON.stringify("/größe a\r\n\r\nGET /more%20");
    const text = `openapi: 3.1.0\npaths: { ${path}: { post: { requestBody: { content: { application/json: {} } } } }, /b: }\n`;
    await inFolder({ "a.yaml": text }, (folder) =>
      withServer(server, async (port) => {
        await check(port, "--only", "malformed-json", "--openapi", `${folder}/a.yaml`);
        expect(targets).toEqual(["/gr%C3%B6%C3%9Fe%20a%0D%0A%0D%0AGET%20/more%20"]);
      }),
    );
  });

  it("stops at the first probe where there is no connection", async () => {
    let connections = 0;
    const server = createTcpServer(() => connections++); // never ends the handshake of TLS
    await withServer(server as unknown as Server, async (port) => {
      const { code, stderr } = await fgErrors("check", `https://127.0.0.1:${port}/`, "--timeout", "200");
      expect([code, stderr]).toEqual([2, expect.stringContaining("no answer within 200 ms")]);
      expect(connections).toBe(1);
    });
  });

  it("uses TLS, and verifies the certificate unless --insecure is given", async () => {
    const server = createSecureServer(
      certificate({ host: "127.0.0.1" }),
      express().use(expressErrors(quiet)),
    ) as unknown as Server;
    await withServer(server, async (port) => {
      const args = [`https://127.0.0.1:${port}/`, "--only", "unmatched", "--format", "json"];
      const [strict, lax] = [await fgErrors("check", ...args), await fgErrors("check", ...args, "--insecure")];
      expect(strict.stderr).toMatch(/^fg-errors: nobody answers at https:\/\/.*: the connection failed: [A-Z_]+\n$/);
      expect([strict.code, lax.code]).toEqual([2, 0]);
    });
  });

  it.each<[string, (socket: Socket) => void, string]>([
    ["says nothing", () => {}, "no answer within 200 ms"],
    ["hangs up", (socket) => socket.end(), "the connection was closed without an answer"],
    ["sends no HTTP", (socket) => socket.end("220 smtp.example ESMTP\r\n\r\n"), "the connection was closed without an answer"],
    ["never ends its head", (socket) => void socket.write("HTTP/1.1 404 Not Found\r\nA: b\r\n"), "no answer within 200 ms"],
    [
      "sends an endless body",
      (socket) => void socket.write(`HTTP/1.1 404 Not Found\r\n\r\n${"x".repeat(2_000_000)}`),
      "the content is no JSON",
    ],
    [
      "sends interim responses only",
      (socket) => void socket.write("HTTP/1.1 100 Continue\r\n\r\n".repeat(40_000)),
      "no answer within 200 ms",
    ],
    ["cuts its body", (socket) => socket.end("HTTP/1.1 404 Not Found\r\nContent-Length: 99\r\n\r\n{}"), "content-length is 99"],
  ])("ends, whatever a server does: one that %s", async (_name, act, fault) => {
    const server = createTcpServer((socket) => {
      socket.on("error", () => {});
      socket.once("data", () => act(socket));
    });
    await withServer(server as unknown as Server, async (port) => {
      const timeout = fault.startsWith("no answer") ? 200 : patience;
      const { code, stdout } = await check(port, "--only", "unmatched", "--timeout", String(timeout));
      expect([code, stdout]).toEqual([1, expect.stringContaining(fault)]);
    });
  });

  it("exits with 2, and one line, for wrong use and where nobody is there", async () => {
    const port = await closedPort();
    for (const [args, message] of [
      [[`http://127.0.0.1:${port}/`], `nobody answers at http://127.0.0.1:${port}/: the connection failed: ECONNREFUSED`],
      [["http://user:secret@x/"], "the URL takes no credentials, no query and no fragment"],
      [["http://x/?a=b"], "the URL takes no credentials, no query and no fragment"],
      [["ftp://x/"], "ftp://x/ is no http: or https: URL"],
      [["x"], "x is no http: or https: URL"],
      [[], "usage: fg-errors check URL"],
      [["http://x/", "--only", "no"], 'there is no probe "no"; the probes are unmatched, head'],
      [["http://x/", "--format", "xml"], "--format takes text, json, tap, junit, sarif, not xml"],
      [["http://x/", "--timeout", "soon"], "--timeout takes milliseconds, from 1 to 600000"],
      [["http://x/", "--openapi", shopModule], "is no OpenAPI document of version 3.0, 3.1 or 3.2"],
    ] as const) {
      const { code, stdout, stderr } = await fgErrors("check", ...args);
      expect(stderr).toContain(message);
      expect([code, stdout, stderr.split("\n").length]).toEqual([2, "", 2]);
    }
  });
});

describe("reports", () => {
  const results = [
    { name: "a", summary: "A.", status: 404, faults: [], skipped: false, isConnected: true },
    { name: "b", summary: "B.", status: 200, faults: [], skipped: true, isConnected: true },
    { name: "c", summary: "C.", status: undefined, faults: ['<x> & "y"\u0007', "two"], skipped: false, isConnected: true },
  ];
  const write = (format: keyof typeof reports) => reports[format]("http://x/", results);

  it("text", () => {
    expect(write("text")).toBe(
      `ok      404  a  A.\n-       200  b  B.\nbreaks  ---  c  C.\n           <x> & "y"\\u0007\n           two\n\n1 of 3 answers break the contract.\n`,
    );
  });
  it("tap", () => {
    expect(write("tap")).toBe(
      'TAP version 14\n1..3\nok 1 - a\nok 2 - b # SKIP answered with a success\nnot ok 3 - c\n  ---\n  faults: ["<x> & \\"y\\"\\u0007","two"]\n  ...\n',
    );
  });
  it("junit", () => {
    expect(write("junit")).toContain('tests="3" failures="1" skipped="1"');
    expect(write("junit")).toContain('<failure message="&#60;x&#62; &#38; &#34;y&#34;?">');
  });
  it("sarif", () => {
    const { runs } = JSON.parse(write("sarif")) as { runs: { results: { ruleId: string }[] }[] };
    expect(runs[0]!.results.map(({ ruleId }) => ruleId)).toEqual(["c", "c"]);
  });
});

describe("parseResponse()", () => {
  const parse = (text: string, head = false, hasEnded = false) => parseResponse(Buffer.from(text, "latin1"), head, hasEnded);
  it.each([
    ["by length", "HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n{}more", "{}"],
    ["by chunks", "HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1;x=y\r\n}\r\n0\r\n\r\n", "{}"],
    [
      "behind interim responses",
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404\r\nContent-Length: 0\r\n\r\n",
      "",
    ],
  ])("takes content %s", (_name, octets, text) => {
    for (let end = 0; end < octets.length - 8; end++) parse(octets.slice(0, end));
    expect(parse(octets)).toMatchObject({ status: 404, text });
  });
  it("waits for the end where there is no length", () => {
    expect(parse("HTTP/1.0 404 Not Found\r\nA: 1\r\nA: 2\r\n\r\n{}")).toBeUndefined();
    expect(parse("HTTP/1.0 404 Not Found\r\nA: 1\r\nA: 2\r\n\r\n{}", false, true)).toMatchObject({
      text: "{}",
      headers: new Map([["a", "1, 2"]]),
    });
    expect(parse("HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\n", true)).toMatchObject({ text: "" });
  });
});

describe("docs/contract.md shows what the command prints", () => {
  it.each([
    ["plain", plainExpress],
    ["ours", oursOnExpress],
  ])("%s", async (name, create) => {
    await withServer(create(), async (port) => {
      const printed = (await check(port)).stdout.split("\n");
      const shown = block(read("docs/contract.md"), `check: ${name}`).trim().split("\n");
      expect(shown.filter((line) => line !== "…" && !printed.includes(line))).toEqual([]);
    });
  });
});
