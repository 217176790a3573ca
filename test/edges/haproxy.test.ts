// The contract in HAProxy: its own errors, and those of upstreams that know nothing of the contract.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extendContract, functionGraph, type Contract } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { block, read } from "../docs/markdown.js";
import { scaled } from "../patience.js";
import { run } from "../published/command.js";
import { closedPort, exchange, parseAnswer, request } from "../wire.js";
import { coreBody, unusualContract } from "./edge-cases.js";
import { describeReplies } from "./edge-suite.js";
import { assertEdge, errorPage, replyWith, stallAfter, startEdgeUpstream, type EdgeUpstream } from "./edge-upstream.js";
import { freePorts, requireProgram, startProgram, type Program } from "./programs.js";

const haproxy = requireProgram("haproxy", "haproxy");

const exported = (contract: Contract) => formats["haproxy"]!(contract, { openapi: "3.1" });

const longTexts = extendContract(unusualContract, { 451: { title: "Unavailable", description: "很".repeat(1580) } });

const ownStatuses = [400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504];

const returned: readonly (readonly [status: number, folded: number])[] = [
  [402, 403],
  [412, 409],
  [418, 400],
  [419, 401],
  [499, 408],
  [505, 501],
  [508, 500],
  [529, 503],
];

interface Ports {
  readonly web: number;
  readonly h2: number;
  readonly hasty: number;
  readonly unusual: number;
  readonly up: number;
  readonly down: number;
}

const configuration = ({ web, h2, hasty, unusual, up, down }: Ports, folder: string) => `
defaults base
    mode http
    retries 0
    timeout connect 5s
    timeout client 30s
    timeout server 30s
    timeout tarpit 1ms
frontend web from fg-errors
    bind 127.0.0.1:${web}
    bind 127.0.0.1:${h2} proto h2
    timeout client 30s
    timeout tarpit 1ms
    http-request auth realm orders if { path /auth }
    http-request tarpit deny_status 429 if { path /tarpit }
${returned.map(([status]) => `    http-request return status ${status} content-type text/plain string own if { path /return/${status} }`).join("\n")}
    http-response deny if { res.hdr(x-denied) -m found }
    http-after-response set-header x-gateway edge-1
${ownStatuses.map((status) => `    http-request deny deny_status ${status} if { path /deny/${status} }`).join("\n")}
    use_backend %[path,field(2,/)] if { path -m beg /down/ /slow/ /empty/ /file/ }
    default_backend up
frontend hasty from fg-errors
    bind 127.0.0.1:${hasty}
    timeout client 30s
    timeout http-request ${scaled(200)}ms
    option http-buffer-request
    default_backend up
frontend unusual from fg-unusual
    bind 127.0.0.1:${unusual}
    timeout client 30s
${[408, 410, 429].map((status) => `    http-request deny deny_status ${status} if { path /deny/${status} }`).join("\n")}
    default_backend up
backend up from base
    server up 127.0.0.1:${up}
backend down from base
    server down 127.0.0.1:${down}
backend slow from base
    timeout server 50ms
    server up 127.0.0.1:${up}
backend empty from base
backend file from base
    errorfile 503 ${folder}/503.http
`;

describe.skipIf(haproxy.isSkipped)("HAProxy", () => {
  let folder: string;
  let upstream: EdgeUpstream;
  let program: Program;
  let ports: Ports;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fg-errors-haproxy-"));
    upstream = await startEdgeUpstream();
    const [web, h2, hasty, unusual] = (await freePorts(4)) as [number, number, number, number];
    ports = { web, h2, hasty, unusual, up: upstream.port, down: await closedPort() };
    const files = {
      "1.cfg": exported(functionGraph),
      "2.cfg": exported(longTexts).replace("defaults fg-errors", "defaults fg-unusual"),
      "3.cfg": configuration(ports, folder),
      "503.http": "HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n<h1>Unavailable</h1>\r\n",
    };
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const args = ["1.cfg", "2.cfg", "3.cfg"].flatMap((name) => ["-f", join(folder, name)]);
    program = await startProgram(haproxy.path, ["-db", ...args], [web, h2, hasty, unusual]);
  });

  afterAll(async () => {
    await program?.stop();
    await upstream?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (line: string, fields: Readonly<Record<string, string>> = {}, body = "") =>
    exchange(ports.web, request(line, fields, body));

  it("reads the file without a warning", () => {
    expect(program.printed()).toBe("");
  });

  it("reads the configuration in the documentation", async () => {
    const path = join(folder, "documented.cfg");
    await writeFile(path, block(read("docs/edge.md"), "example: haproxy"));
    const checked = await run(haproxy.path, ["-c", "-f", join(folder, "1.cfg"), "-f", path]);
    expect(checked).toMatchObject({ code: 0, stderr: "" });
  });

  describe("its own errors", () => {
    it.each(ownStatuses.map((status) => [status, { 410: 404, 413: 400, 425: 400, 429: 503 }[status] ?? status]))(
      "answers for a rule that denies with %i by %i",
      async (denied, status) => {
        const answer = await ask(`GET /deny/${denied}?token=s3cr3t`, { "X-Request-Id": "a1b2c3" });
        const body = await assertEdge(answer, { status, members: { instance: `/deny/${denied}`, request_id: "a1b2c3" } });
        expect(body).toMatchObject(coreBody(functionGraph, status));
      },
    );

    it.each([
      ["/down/orders", 503],
      ["/slow/orders", 504],
      ["/empty/orders", 503],
      ["/tarpit", 503],
    ])("answers for %s", async (path, status) => {
      await assertEdge(await ask(`GET ${path}`, stallAfter("")), { status, members: { instance: path } });
    });

    it("answers for content that does not come in time", async () => {
      const upload = "POST /orders HTTP/1.1\r\nHost: a\r\nX-Request-Id: a1b2c3\r\nContent-Length: 9\r\n\r\n1";
      await assertEdge(await exchange(ports.hasty, upload), {
        status: 408,
        members: { instance: "/orders", request_id: "a1b2c3" },
      });
    });

    it("keeps the challenge of its own authentication", async () => {
      await assertEdge(await ask("GET /auth"), { status: 401, headers: { "WWW-Authenticate": 'Basic realm="orders"' } });
    });

    it("sends an empty Allow where it knows no methods", async () => {
      expect(parseAnswer(await ask("GET /deny/405")).headers.get("allow")).toBe("");
    });

    it("answers for a reply that one of its own rules denies", async () => {
      await assertEdge(await ask("GET /", replyWith(errorPage(200, { "X-Denied": "1" }))), { status: 502 });
    });

    it("runs the frontend's own http-after-response rules", async () => {
      await assertEdge(await ask("GET /down/"), { status: 503, headers: { "X-Gateway": "edge-1" } });
      expect(parseAnswer(await ask("GET /")).headers.get("x-gateway")).toBe("edge-1");
    });
  });

  describeReplies({
    ask,
    unusual: (...args) => exchange(ports.unusual, request(...args)),
    ports: () => ({ web: ports.web, h2: ports.h2 }),
    heads: () => upstream.heads,
    down: 503,
    longestPath: 2000,
  });

  it("answers with a text that fills its buffer nearly", async () => {
    const path = `/${"a".repeat(1999)}`;
    const answer = await exchange(ports.unusual, request(`GET ${path}`, replyWith(errorPage(451))));
    await assertEdge(answer, { status: 451, members: { instance: path } }, longTexts);
  });

  it("answers with a long text for a reply with long fields", async () => {
    const cookies = ["a", "b", "c"].map((name) => `${name}={x4600}`);
    const page = errorPage(451, { "Set-Cookie": cookies.join("\r\nSet-Cookie: ") });
    await assertEdge(await exchange(ports.unusual, request("GET /", replyWith(page))), { status: 451 }, longTexts);
  });

  describe("a success that breaks off", () => {
    const chunked = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n`;

    it("is cut", async () => {
      const answer = await ask("GET /", replyWith(`${chunked}186a0\r\n{x100000}\r\n9\r\nx`));
      expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
    });

    it("is answered where HAProxy sees it at once", async () => {
      await assertEdge(await ask("GET /", replyWith(`${chunked}4\r\nfine\r\nzz\r\n`)), { status: 502 });
    });
  });

  describe("limits: a version without them is welcome, and changes the header comment", () => {
    it.each([
      ["no HTTP", "hello\r\n\r\n"],
      ["no version", "GET /\r\n\r\n"],
      ["a field without a colon", "GET / HTTP/1.1\r\nHost: a\r\nbad\r\n\r\n"],
      ["a field name with a blank", "GET / HTTP/1.1\r\nHost: a\r\nbad name: 1\r\n\r\n"],
      ["a length that is no number", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n"],
      ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12"],
      ["a broken chunk", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
      ["a head that is too large", `GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${"x".repeat(20_000)}\r\n\r\n`],
      ["a control character in the target", "GET /\u0001 HTTP/1.1\r\nHost: a\r\n\r\n"],
    ])("a request with %s gets a page of HAProxy's", async (_name, octets) => {
      expect(await exchange(ports.web, octets)).toMatch(/^HTTP\/1\.1 400 .*<h1>400 Bad request<\/h1>/s);
    });

    it("a head that does not come in time gets a page of HAProxy's", async () => {
      expect(await exchange(ports.hasty, "GET / HTTP/1.1\r\nHost")).toMatch(/^HTTP\/1\.1 408 .*<h1>408 Request Time-out<\/h1>/s);
    });

    it("an errorfile of a backend comes first", async () => {
      expect(parseAnswer(await ask("GET /file/"))).toMatchObject({ status: 503, text: "<h1>Unavailable</h1>\r\n" });
    });

    it.each(returned)("a rule that returns a %i keeps its content, but leaves as %i", async (status, folded) => {
      expect(parseAnswer(await ask(`GET /return/${status}`))).toMatchObject({ status: folded, text: "own" });
    });

    it("a failure that only the content reports passes", async () => {
      const content = '{"errorMessage":"broken","errorType":"Error"}';
      const octets = `HTTP/1.1 200 OK\r\nX-Cff-Request-Id: 1\r\nContent-Type: application/json\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
      expect(parseAnswer(await ask("GET /", replyWith(octets)))).toMatchObject({ status: 200, text: content });
    });

    it("a problem of another service passes", async () => {
      const content = '{"title":"theirs"}';
      const octets = `HTTP/1.1 404 OK\r\nContent-Type: application/problem+json\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
      expect(parseAnswer(await ask("GET /", replyWith(octets)))).toMatchObject({ status: 404, text: content });
    });
  });
});

describe("a text for HAProxy", () => {
  it("is refused at export where it is too long for a buffer", () => {
    const contract = extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "很".repeat(2000) } });
    expect(() => exported(contract)).toThrow(/^HAProxy cannot quote a text of status 429, "很+…": /);
  });
});
