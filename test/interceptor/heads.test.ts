// Every way in which a head can be written, as an error and as a success.
import { once } from "node:events";
import { get, request as send, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { createResponseInterceptor } from "@fg-errors/core/adapter";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Gateway, type Writer } from "./interceptor-gateways.js";
import { overHttp2 } from "./over-http2.js";

const html = "<h1>s3cr3t</h1>";
const fields = {
  "Content-Type": "text/html",
  Server: "s3cr3t",
  "X-Powered-By": "s3cr3t",
  ETag: '"s3cr3t"',
  "X-Request-Id": "s3cr3t",
};

/** Writes a head of that status and its content. */
const forms: Readonly<Record<string, (response: ServerResponse, status: number, content: string) => unknown>> = {
  "statusCode, end(content)": (response, status, content) => void ((response.statusCode = status), response.end(content)),
  "statusCode, write, end": async (response, status, content) => {
    response.statusCode = status;
    response.write(content.slice(0, 5));
    await new Promise((resolve) => setImmediate(resolve));
    response.end(content.slice(5));
  },
  "statusCode, flushHeaders, end": (response, status, content) => {
    response.statusCode = status;
    response.flushHeaders();
    expect(response.headersSent).toBe(true);
    response.end(content);
  },
  "writeHead(status)": (response, status, content) => response.writeHead(status).end(content),
  "writeHead(status, reason)": (response, status, content) => response.writeHead(status, "s3cr3t").end(content),
  "writeHead(status, object)": (response, status, content) => response.writeHead(status, fields).end(content),
  "writeHead(status, reason, object)": (response, status, content) => response.writeHead(status, "s3cr3t", fields).end(content),
  "writeHead(status, flat array)": (response, status, content) =>
    response.writeHead(status, Object.entries(fields).flat()).end(content),
  "end(content, encoding)": (response, status, content) => {
    response.statusCode = status;
    response.end(Buffer.from(content).toString("base64"), "base64");
  },
  "a pipe": (response, status, content) => {
    response.statusCode = status;
    Readable.from([Buffer.from(content)]).pipe(response);
  },
};

const cases = Object.entries(forms).map(([name, write]) => ({ name, write }));

describe.each(gateways)("$name", (gateway) => {
  it.each(cases)("replaces an error: $name", async ({ write }) => {
    const { reported, options } = recordProblems();
    const writer: Writer = (_request, response) => write(response, 404, html);
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /orders/17?a=s3cr3t")));
    const answer = parseAnswer(bytes);
    expect(assertContract(answer)).toMatchObject({ status: 404, instance: "/orders/17", request_id: "mine" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect(bytes).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/);
    expect(bytes).not.toContain("s3cr3t");
    expect(reported).toHaveLength(1);
  });

  it.each(cases)("lets a success through: $name", async ({ write }) => {
    const writer: Writer = (_request, response) => write(response, 201, "content");
    const bytes = await ask(gateway, writer);
    expect(bytes).toMatch(/^HTTP\/1\.1 201 [^]*conte(\r\n2\r\n)?nt/);
    expect(bytes).not.toContain("FSS.");
  });

  it.each(cases)("over HTTP/2: $name", async ({ write }) => {
    const { options } = recordProblems();
    const writer: Writer = ({ url }, response) =>
      write(response, url === "/error" ? 404 : 201, url === "/error" ? html : "content");
    const [error, success] = await overHttp2(gateway.createHttp2(writer, options), ["/error", "/"]);
    expect(assertContract(error!)).toMatchObject({ status: 404, request_id: "mine" });
    expect(JSON.stringify([error!.text, ...error!.headers])).not.toContain("s3cr3t");
    expect(success).toMatchObject({ status: 201, text: "content" });
  });

  it("sends the length that Node knows of a success", async () => {
    const bytes = await ask(gateway, (_request, response) => void response.end("content"));
    expect(parseAnswer(bytes).headers.get("content-length")).toBe("7");
  });

  it("answers HEAD with the head of GET", async () => {
    const writer: Writer = ({ method }, response) => response.writeHead(404, fields).end(method === "HEAD" ? undefined : html);
    const [ofGet, ofHead] = [parseAnswer(await ask(gateway, writer)), parseAnswer(await ask(gateway, writer, "HEAD"))];
    expect(ofHead).toEqual({ ...ofGet, headers: expect.anything(), text: "" });
    const withoutDate = ({ headers }: typeof ofGet) => [...headers].filter(([name]) => name !== "date");
    expect(withoutDate(ofHead)).toEqual(withoutDate(ofGet));
  });

  it.each([204, 304, 302, 206])("does not touch a %i", async (status) => {
    const head = { ETag: '"1"', "X-Own": "1", "Content-Range": "bytes 0-1/4", Location: "/" };
    const bytes = await ask(gateway, (_request, response) => response.writeHead(status, "Own", head).end());
    expect(bytes).toMatch(new RegExp(`^HTTP/1\\.1 ${status} Own\r\n`));
    for (const [name, value] of Object.entries(head)) expect(parseAnswer(bytes).headers.get(name)).toBe(value);
  });

  it("lets interim responses through, before an error too", async () => {
    const writer: Writer = (_request, response) => {
      response.writeProcessing();
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeHead(404).end(html);
    };
    const bytes = await ask(gateway, writer);
    expect(bytes).toMatch(/^HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 103 Early Hints\r\n[^]*\r\n\r\nHTTP\/1\.1 404 /);
  });

  it("lets the trailers of a success through", async () => {
    const writer: Writer = (_request, response) => {
      response.writeHead(200, { Trailer: "X-Sum" });
      response.write("content");
      response.addTrailers({ "X-Sum": "7" });
      response.end();
    };
    await withServer(gateway.create(writer, {}), async (port) => {
      const [reply] = await once(get({ host: "127.0.0.1", port, agent: false }), "response");
      await once(reply.resume(), "end");
      expect(reply.trailers).toEqual({ "x-sum": "7" });
    });
  });

  it("knows a reply that is already in the contract, member for member", async () => {
    const body = {
      type: "https://errors.example/sold-out",
      title: "Sold Out",
      status: 409,
      detail: "Nothing is left",
      instance: "/orders",
      error_code: "SHOP.0409",
      error_msg: "Nothing is left",
      request_id: "theirs",
      left: 0,
    };
    const head = { "Content-Type": "application/problem+json", "X-Request-Id": "theirs" };
    const writer: Writer = (_request, response) => response.writeHead(409, head).end(JSON.stringify(body));
    expect(JSON.parse(parseAnswer(await ask(gateway, writer)).text)).toEqual({ ...body, request_id: "mine" });
  });

  it("leaves the connection usable", async () => {
    const writer: Writer = (_request, response) => response.writeHead(500).end(html);
    const bytes = await withServer(gateway.create(writer, recordProblems().options), (port) =>
      exchange(port, request("POST /", { Connection: "keep-alive" }, "x".repeat(200_000)) + request("GET /")),
    );
    expect(bytes.match(/HTTP\/1\.1 500/g)).toHaveLength(2);
  });

  it.each([
    ["a name", { "a b": "1" }],
    ["a value", { a: "1\n" }],
  ])("lets the writer know of %s that is not valid", async (_what, invalid) => {
    const { reported, options } = recordProblems();
    const writer: Writer = (_request, response) => response.writeHead(404, invalid as never).end();
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")));
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 500 });
    expect(reported.map(({ cause }) => (cause as Error).name)).toEqual(["TypeError"]);
  });

  it.each([99, 600, 999])("takes a %i for a broken reply", async (status) => {
    const { reported, options } = recordProblems();
    const bytes = await withServer(
      gateway.create((_request, response) => response.writeHead(status).end(html), options),
      (port) => exchange(port, request("GET /")),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(reported).toMatchObject([{ proxyError: "http_protocol_error", upstreamStatus: status }]);
  });
});

it.each(gateways)("keeps what lives of an error's fields ($name)", async (gateway) => {
  const kept = { Vary: "Origin", "RateLimit-Remaining": "0", "WWW-Authenticate": "Basic" };
  const dropped = { Connection: "X-Hop", "X-Hop": "s3cr3t", "Keep-Alive": "s3cr3t", "Content-Encoding": "s3cr3t" };
  const head = ["Set-Cookie", "a=1", "Set-Cookie", "b=2", ...Object.entries({ ...kept, ...dropped }).flat()];
  const bytes = await ask(gateway, (_request, response) => {
    response.setHeader("Vary", "replaced");
    response.writeHead(401, head).end(html);
  });
  const { headers } = parseAnswer(bytes);
  expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
  for (const [name, value] of Object.entries(kept)) expect(headers.get(name)).toBe(value);
  expect(bytes).not.toContain("s3cr3t");
});

it("takes an array of pairs as Node does, when no field was set before", async () => {
  const intercept = createResponseInterceptor(recordProblems().options, { facts: () => ({}) });
  const pairs = [
    ["Set-Cookie", "a=1"],
    ["Set-Cookie", "b=2"],
  ];
  const bytes = await withServer(
    (incoming, response) => (intercept(incoming, response, undefined), response.writeHead(404, pairs as never).end()),
    (port) => exchange(port, request("GET /")),
  );
  expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 404 });
  expect(parseAnswer(bytes).headers.getSetCookie()).toEqual(["a=1", "b=2"]);
});

it("answers 100-continue as before", async () => {
  const writer: Writer = async (incoming, response) => {
    for await (const _chunk of incoming);
    response.writeHead(404).end(html);
  };
  await withServer(gateways[0]!.create(writer, {}), async (port) => {
    const outgoing = send({ host: "127.0.0.1", port, method: "POST", headers: { Expect: "100-continue" }, agent: false });
    outgoing.flushHeaders();
    await once(outgoing, "continue");
    outgoing.end("content");
    const [reply] = await once(outgoing, "response");
    expect(reply.statusCode).toBe(404);
    reply.resume();
  });
});

function ask(gateway: Gateway, writer: Writer, method = "GET"): Promise<string> {
  return withServer(gateway.create(writer, recordProblems().options), (port) => exchange(port, request(`${method} /`)));
}
