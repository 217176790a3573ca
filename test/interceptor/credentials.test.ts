// upstreamCredentials: "drop" behind fgResponses(): a success loses what its writer set, in whatever form, and keeps what the gateway had set.
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Writer } from "./interceptor-gateways.js";

const secret = "a=s3cr3t";

/** Ways to write the head of a success. */
const heads: Readonly<Record<string, Writer>> = {
  "writeHead() with an object": (_request, response) =>
    void response.writeHead(200, "Well Done", { "Set-Cookie": [secret], "WWW-Authenticate": "Basic realm=s3cr3t", "X-A": "1" }),
  "writeHead() with pairs": (_request, response) =>
    void response.writeHead(200, ["Set-Cookie", secret, "SET-COOKIE", secret, "X-A", "1"]),
  "setHeader()": (_request, response) => {
    response.setHeader("SET-COOKIE", [secret, secret]);
    response.setHeader("Authentication-Info", "s3cr3t");
    response.setHeader("X-A", "1");
  },
  "appendHeader()": (_request, response) => void response.appendHeader("Set-Cookie", secret).setHeader("X-A", "1"),
  "both": (_request, response) => void response.setHeader("Set-Cookie", secret).writeHead(200, { "Set-Cookie": secret, "X-A": "1" }), // prettier-ignore
};

describe.each(gateways)("$name", (gateway) => {
  const dropping = recordProblems({ upstreamCredentials: "drop" as const });

  /** A session in front of fgResponses(). */
  const withOwn = (listener: ReturnType<typeof gateway.create>) => (incoming: never, response: never) => {
    (response as { setHeader(name: string, value: string): void }).setHeader("Set-Cookie", "gateway=1");
    listener(incoming, response);
  };

  it.each(Object.keys(heads))("leaves out what was set by %s", async (way) => {
    const writer: Writer = (incoming, response) => {
      heads[way]!(incoming, response as never);
      response.end("content");
    };
    const bytes = await withServer(withOwn(gateway.create(writer, dropping.options)) as never, (port) =>
      exchange(port, request("GET /")),
    );
    const { status, headers } = parseAnswer(bytes);
    expect([status, headers.get("x-a"), headers.getSetCookie()]).toEqual([200, "1", ["gateway=1"]]);
    expect(bytes).not.toContain("s3cr3t");
    expect(bytes).toContain("content");
    if (way === "writeHead() with an object") expect(bytes).toMatch(/^HTTP\/1\.1 200 Well Done\r\n/);
  });

  it("leaves out what a proxy behind it asks for, also where credentials are relayed; a success stays one", async () => {
    const writer: Writer = (_request, response) => {
      response.setHeader("Proxy-Authenticate", "Basic realm=s3cr3t");
      response.writeHead(200, { "Proxy-Authentication-Info": "s3cr3t", "X-A": "1", "Set-Cookie": "a=1" });
      response.end("content");
    };
    const bytes = await withServer(gateway.create(writer, recordProblems({}).options) as never, (port) =>
      exchange(port, request("GET /")),
    );
    const { status, headers } = parseAnswer(bytes);
    expect([status, headers.get("x-a"), headers.getSetCookie()]).toEqual([200, "1", ["a=1"]]);
    expect(bytes).not.toContain("s3cr3t");
    expect(bytes).toContain("content");
  });

  it("leaves it out over HTTP/2", async () => {
    const writer: Writer = (incoming, response) => {
      heads["setHeader()"]!(incoming, response);
      response.end("content");
    };
    const server = createHttp2Server(withOwn(gateway.createHttp2(writer, dropping.options)) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    try {
      const [headers] = await once(session.request({ ":path": "/" }).resume(), "response");
      expect(headers).toMatchObject({ ":status": 200, "set-cookie": ["gateway=1"], "x-a": "1" });
    } finally {
      session.destroy();
      server.close();
    }
  });

  it("loses them, too, with a writer that throws", async () => {
    const writer: Writer = (incoming, response) => {
      heads["setHeader()"]!(incoming, response);
      throw new Error("broken");
    };
    const bytes = await withServer(withOwn(gateway.create(writer, dropping.options)) as never, (port) =>
      exchange(port, request("GET /")),
    );
    expect(parseAnswer(bytes).status).toBe(500);
    expect(parseAnswer(bytes).headers.getSetCookie()).toEqual(["gateway=1"]);
    expect(bytes).not.toContain("s3cr3t");
  });

  it("still answers for what breaks before its content", async () => {
    const writer: Writer = (incoming, response) => {
      heads["writeHead() with an object"]!(incoming, response);
      response.destroy(new Error("broken"));
    };
    const bytes = await withServer(gateway.create(writer, dropping.options), (port) => exchange(port, request("GET /")));
    expect(parseAnswer(bytes).status).toBe(500);
    expect(bytes).not.toContain("s3cr3t");
  });
});
