// The contract in nginx: errors that it makes itself.
import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { connect as connectTls } from "node:tls";
import { text } from "node:stream/consumers";
import { functionGraph, normalizeError, problem, rfc9110, type Contract } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { certificate } from "../recognisers/certificate.js";
import { fgErrors } from "../published/command.js";
import { exchange, request, type Answer } from "../wire.js";
import { assertEdge } from "./edge-upstream.js";
import { nginxProgram, startNginx, type Nginx } from "./start-nginx.js";

/** Error statuses that nginx answers with: at the others it closes the connection. */
const answered = Array.from({ length: 200 }, (_, at) => 400 + at).filter((status) => ![408, 444, 499].includes(status));
const returns = answered.map((status) => `location = /own/${status} { return ${status}; }`).join("\n    ");

/** Has a text that a server-side include would replace. */
const included: Contract = {
  ...functionGraph,
  statuses: { ...functionGraph.statuses, 404: { title: "Not Found", description: 'No <!--#echo var="request_method" -->.' } },
};

describe.skipIf(nginxProgram.isSkipped)("nginx's own errors", () => {
  let nginx: Nginx;
  let [plain, h2, tls, returning, denying, busy, wide]: number[] = [];

  beforeAll(async () => {
    const { cert, key } = certificate();
    const lines = `client_max_body_size 1k;
    large_client_header_buffers 4 4k;
    location /basic { auth_basic "staff"; auth_basic_user_file none; }
    location /denied { deny all; }
    location /readable { limit_except GET { deny all; } }
    location = /limited.html { limit_req zone=seldom; }
    location /proxied { proxy_pass http://127.0.0.1:9; }
    location /fine { return 200 fine; }
    ${returns}`;
    nginx = await startNginx(
      [
        { contract: functionGraph, lines },
        { contract: functionGraph, listen: "http2", lines },
        { contract: functionGraph, listen: "ssl", lines: "ssl_certificate cert.pem; ssl_certificate_key key.pem;" },
        { contract: functionGraph, lines: "return 404;" },
        { contract: functionGraph, lines: `deny all; auth_basic "staff"; auth_basic_user_file none;` },
        {
          contract: included,
          lines: `ssi on; ssi_types *; gzip on; gzip_min_length 1; gzip_types *; gzip_proxied any; charset utf-8; expires max; etag on; default_type text/html;
    add_header Cache-Control public always; add_header X-Site s3cr3t always; error_page 404 /page.html;`,
        },
        { contract: rfc9110, lines: returns },
      ],
      {
        "cert.pem": cert,
        "key.pem": key,
        none: "",
        "fg-errors.d/ssi.conf": "ssi off;",
        "files/page.html": "<p>page</p>",
        "files/x.txt": "x",
      },
      "limit_req_zone $server_port zone=seldom:32k rate=1r/m; variables_hash_max_size 2048;",
    );
    [plain, h2, tls, returning, denying, busy, wide] = nginx.ports as number[];
  });

  afterAll(() => nginx?.close());

  const head = (line: string, ...fields: string[]) => [line, ...fields, "", ""].join("\r\n");
  const host = "Host: gateway.example";
  const long = "x".repeat(9000);

  it.each<[name: string, octets: string, status: number | undefined, headers?: Record<string, string>]>([
    ["a file that is missing", request("GET /missing.html"), 404],
    ["a POST to a file", request("POST /page.html", {}, "a=b"), 405, { allow: "GET, HEAD" }],
    ["DELETE of a file", request("DELETE /page.html"), 405, { allow: "GET, HEAD" }],
    ["TRACE", request("TRACE /page.html"), 405, { allow: "" }],
    ["CONNECT", head("CONNECT gateway.example:443 HTTP/1.1", "Host: gateway.example:443"), undefined], // 400, or a 405 of later versions
    ["OPTIONS *", request("OPTIONS *"), 400],
    ["an unknown method", request("BREW /page.html"), 405],
    ["a method in lower case", request("get /page.html"), 400],
    ["no request line", "\x01\x02\x03\r\n\r\n", 400],
    ["a target without a slash", request("GET page.html"), 400],
    ["a target with a blank", request("GET /a b"), 400],
    ["a path that leaves the root", request("GET /../../etc/passwd"), 400],
    ["%zz", request("GET /%zz"), 400],
    ["%00", request("GET /%00"), 400],
    ["no Host", head("GET / HTTP/1.1", "Connection: close"), 400],
    ["two Hosts", head("GET / HTTP/1.1", host, host, "Connection: close"), 400],
    ["a Host that is none", head("GET / HTTP/1.1", "Host: a b", "Connection: close"), 400],
    ["a NUL in a field", head("GET / HTTP/1.1", host, "X-A: a\0b", "Connection: close"), 400],
    ["a bare CR in a field", head("GET / HTTP/1.1", host, "X-A: a\rb", "Connection: close"), 400],
    ["HTTP/3.0", head("GET / HTTP/3.0", host), 501],
    ["HTTP/9", head("GET / HTTP/9", host), 501],
    ["HTTP/1.0", head("GET /missing HTTP/1.0"), 404],
    ["a preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
    ["a TLS handshake", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x03\x03", 400],
    ["a length that is none", request("POST /missing", { "Content-Length": "-1" }), 400],
    ["two framings", request("POST /missing", { "Content-Length": "1", "Transfer-Encoding": "chunked" }), 400],
    ["a coding that is unknown", request("POST /missing", { "Transfer-Encoding": "gzip" }), 501],
    ["a bad chunk", request("POST /proxied", { "Transfer-Encoding": "chunked" }) + "zz\r\n", 400],
    ["a bad chunk for nobody", request("POST /missing", { "Transfer-Encoding": "chunked" }) + "zz\r\n", 400],
    ["a target that is too long", request(`GET /${long}`), 400],
    ["a query that is too long", request(`GET /orders?${long}`), 400],
    ["a field that is too large", request("GET /orders", { "X-Large": long }), 400],
    ["content that is too large", request("POST /proxied", {}, long), 400],
    ["content that would be too large", request("POST /proxied", { "Content-Length": "99999" }), 400],
    ["no credentials", request("GET /basic"), 401, { "www-authenticate": 'Basic realm="staff"' }],
    ["wrong credentials", request("GET /basic", { Authorization: "Basic YTpi" }), 401],
    ["what is denied", request("GET /denied"), 403],
    ["a folder", request("GET /"), 403],
    ["a method that is denied", request("PUT /readable"), 403],
    ["a precondition that is not met", request("GET /page.html", { "If-Match": '"x"' }), 409],
    ["an upstream that is down", request("GET /proxied"), 502],
    ["the location of errors", request("GET /.fg-errors/404-404"), 404],
    ["its neighbour", request("GET /.fg-errors"), 404],
    ["HEAD", request("HEAD /missing"), 404],
  ])("answers %s", async (_name, octets, status, headers = {}) => {
    const isHead = octets.startsWith("HEAD");
    await assertEdge(await exchange(plain!, octets), { ...(status && { status }), headers, head: isHead });
  });

  it.each(["/", "/proxied/"])("keeps the contract at %s, says fg-errors check", async (path) => {
    const { stdout } = await fgErrors("check", `http://127.0.0.1:${plain}${path}`);
    expect(stdout).toMatch(/\n0 of \d+ answers break the contract\.\n$/);
  });

  it("answers a limit of requests", async () => {
    await exchange(plain!, request("GET /limited.html"));
    await assertEdge(await exchange(plain!, request("GET /limited.html")), { status: 503 });
  });

  it("folds every status as core does", async () => {
    for (const [port, contract] of [
      [plain, functionGraph],
      [wide, rfc9110],
    ] as const) {
      // oxlint-disable-line
      const answers = await Promise.all(answered.map((status) => exchange(port!, request(`GET /own/${status}`))));
      for (const [at, answer] of answers.entries()) {
        const wanted = normalizeError(problem(answered[at]!), { contract });
        await assertEdge(
          answer,
          { status: wanted.status, code: wanted.code, title: wanted.title, detail: wanted.detail },
          contract,
        );
      }
    }
  });

  it("answers a server that returns before it looks for a location", async () => {
    const answer = await exchange(returning!, request("GET /orders?x", { "X-Request-Id": "a1b2c3" }));
    await assertEdge(answer, { status: 404, members: { instance: "/orders", request_id: "a1b2c3" } });
  });

  it("answers a server that denies everything", async () => {
    await assertEdge(await exchange(denying!, request("GET /orders")), { status: 403 });
  });

  it("changes no error as it changes other responses", async () => {
    const octets = await exchange(busy!, request("GET /missing.html", { "Accept-Encoding": "gzip" }));
    const { description } = included.statuses[404]!;
    await assertEdge(octets, { status: 404, title: "Not Found", members: { detail: description } }, included);
  });

  it("answers plain HTTP where TLS is expected", async () => {
    await assertEdge(await exchange(tls!, request("GET /orders")), { status: 400, members: { instance: "/orders" } });
  });

  it("answers over TLS", async () => {
    const socket = connectTls({ port: tls!, host: "127.0.0.1", rejectUnauthorized: false });
    socket.end(request("GET /missing"));
    await assertEdge(await text(socket), { status: 404 });
  });
  it("keeps the connection, also after content that nobody has read", async () => {
    const [missing, post] = [
      request("GET /missing", { Connection: "keep-alive" }),
      request("POST /missing", { Connection: "keep-alive" }, "x".repeat(900)),
    ];
    const octets = await exchange(plain!, missing + post + missing + request("GET /fine"));
    const answers = octets.split(/(?=HTTP\/1\.1 )/);
    expect(answers.map((answer) => answer.slice(9, 12))).toEqual(["404", "404", "404", "200"]);
    for (const answer of answers.slice(0, 3)) await assertEdge(answer, {});
  });

  describe("over HTTP/2", () => {
    let session: ClientHttp2Session;
    beforeAll(() => void (session = connectHttp2(`http://127.0.0.1:${h2}`)));
    afterAll(() => session?.destroy());
    const ask = async (headers: Record<string, string>): Promise<Answer> => {
      const stream = session.request({ ":path": "/missing", ...headers });
      if (headers[":method"] === "POST") stream.end(headers["content-length"] && "x".repeat(Number(headers["content-length"])));
      const [received, body] = await Promise.all([
        new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve)),
        text(stream),
      ]);
      const fields = Object.entries(received).filter(([name]) => !name.startsWith(":")) as [string, string][];
      return { status: Number(received[":status"]), headers: new Headers(fields), text: body };
    };

    it.each<[Record<string, string>, number, Record<string, string>?]>([
      [{}, 404],
      [{ ":method": "POST", ":path": "/page.html" }, 405, { allow: "GET, HEAD" }],
      [{ ":method": "TRACE" }, 405, { allow: "," }],
      [{ ":path": "/%zz" }, 400],
      [{ ":path": "/a?s3cr3t" }, 404],
      [{ ":path": "/basic" }, 401, { "www-authenticate": 'Basic realm="staff"' }],
      [{ accept: "application/json" }, 404, { "content-type": "application/json" }],
      [{ "x-request-id": "a1b2c3" }, 404, { "x-request-id": "a1b2c3" }],
      [{ ":method": "POST", ":path": "/proxied", "content-length": "99999" }, 400],
      [{ ":path": "/own/425" }, 400],
    ])("answers %j", async (headers, status, fields = {}) => {
      await assertEdge(await ask(headers), { status, headers: fields });
    });

    it("answers HEAD", async () => {
      await assertEdge(await ask({ ":method": "HEAD" }), { status: 404, head: true });
    });
  });
});
