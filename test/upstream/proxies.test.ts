// What fgProxy() leaves to the libraries, and what of it is still ours: replies that succeed.
import { once } from "node:events";
import { Agent, createServer, request as send, type IncomingMessage, type RequestListener } from "node:http";
import { connect, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries, type Settings } from "./proxy-libraries.js";

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  const through = <R>(upstream: RequestListener, visit: (port: number) => Promise<R>, given: Settings = {}) =>
    withServer(upstream, (upstreamPort) => behind(library, upstreamPort, given, visit));

  const ask = async (upstream: RequestListener, bytes = request("GET /"), given?: Settings) =>
    parseAnswer(await through(upstream, (port) => exchange(port, bytes), given));

  it.each([
    ["gzip", { "Content-Encoding": "gzip" }, gzipSync("packed")],
    ["a length", { "Content-Length": "5" }, Buffer.from("plain")],
    ["chunks", { "Transfer-Encoding": "chunked" }, Buffer.from("plain")],
  ])("passes content on as it came: %s", async (_what, headers, content) => {
    await through(
      (_request, response) => void response.writeHead(201, { ETag: '"1"', ...headers }).end(content),
      async (port) => {
        const [reply] = (await once(send({ port, path: "/" }).end(), "response")) as [IncomingMessage];
        expect(reply).toMatchObject({ statusCode: 201, headers: { etag: '"1"' } });
        expect(Buffer.concat(await reply.toArray())).toEqual(content);
      },
    );
  });

  it.each([
    ["HEAD", 200, { "Content-Length": "7" }, "7"],
    ["GET", 204, {}, null],
    ["GET", 304, {}, null],
    ["GET", 205, { "Content-Length": "0" }, "0"],
  ])("%s: a %i has no content", async (method, status, headers, length) => {
    const answer = await ask(
      (_request, response) => void response.writeHead(status, { ETag: '"1"', ...headers }).end(),
      request(`${method} /`),
    );
    expect(answer).toMatchObject({ status, text: "" });
    expect([answer.headers.get("etag"), answer.headers.get("content-length")]).toEqual(['"1"', length]);
  });

  it("lets the library rewrite redirects, cookies and names", async () => {
    const bytes = await through(
      (incoming, response) => {
        response
          .setHeader("Location", `http://${incoming.headers.host}/next`)
          .setHeader("Set-Cookie", ["a=1; Domain=inside", "b=2"]);
        response.writeHead(302, { "X-UPPER": "1" }).end();
      },
      (port) => exchange(port, request("GET /")),
      {
        settings: {
          hostRewrite: "shop.example:8443",
          protocolRewrite: "https",
          cookieDomainRewrite: "shop.example",
          preserveHeaderKeyCase: true,
          changeOrigin: true,
        },
      },
    );
    expect(bytes).toMatch(/^HTTP\/1\.1 302 Found\r\n/);
    expect(parseAnswer(bytes).headers.get("location")).toBe("https://shop.example:8443/next");
    expect(parseAnswer(bytes).headers.getSetCookie()).toEqual(["a=1; Domain=shop.example", "b=2"]);
    expect(bytes).toContain("\r\nX-UPPER: 1\r\n");
  });

  it("keeps the upstream's connection, and what it names, to itself", async () => {
    const bytes = await through(
      (_request, response) => {
        for (const name of ["Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade", "X-Internal"])
          response.setHeader(name, "s3cr3t");
        response.writeHead(200, { Connection: "x-internal, s3cr3t", "Transfer-Encoding": "chunked" }).end("content");
      },
      (port) => exchange(port, request("GET /")),
    );
    expect(parseAnswer(bytes).status).toBe(200);
    expect(bytes).toContain("content");
    expect(bytes).not.toContain("s3cr3t");
  });

  it("waits for what comes after 103 and 100", async () => {
    const upstream: RequestListener = (_request, response) => {
      response.writeEarlyHints({ link: "</style.css>; rel=preload" });
      response.writeContinue();
      response.end("content");
    };
    expect(await ask(upstream)).toMatchObject({ status: 200, text: expect.stringContaining("content") });
  });

  it("sends a client of HTTP/1.0 no chunks", async () => {
    const upstream: RequestListener = (_request, response) => void (response.write("con"), response.end("tent"));
    const answer = await ask(upstream, "GET / HTTP/1.0\r\n\r\n");
    expect(answer).toMatchObject({ status: 200, text: "content" });
    expect(answer.headers.has("transfer-encoding")).toBe(false);
  });

  it("passes content whole when a trailer follows it", async () => {
    const upstream: RequestListener = (_request, response) => {
      response.writeHead(200, { Trailer: "X-Checksum" }).write("content");
      response.addTrailers({ "X-Checksum": "1" });
      response.end();
    };
    const answer = await ask(upstream);
    expect(answer).toMatchObject({ status: 200, text: "7\r\ncontent\r\n0\r\n\r\n" });
    expect(answer.headers.has("trailer")).toBe(false); // none of the libraries sends one
  });

  it("takes from the upstream what the client takes, and no more when it leaves", async () => {
    const chunk = Buffer.alloc(65_536);
    let octets = 0;
    let close = () => {};
    const closed = new Promise<void>((resolve) => (close = resolve));
    const upstream: RequestListener = (_request, response) => {
      response.once("close", close);
      const fill = () => {
        for (let isWritable = true; isWritable && !response.destroyed; octets += chunk.length) isWritable = response.write(chunk);
      };
      response.on("drain", fill);
      fill();
    };
    const onError = vi.fn();
    await through(
      upstream,
      async (port) => {
        const client = connect(port, "127.0.0.1").pause();
        client.write(request("GET /"));
        await stillness(() => octets);
        expect(octets).toBeLessThan(30_000_000); // the kernel's buffers take most of it
        client.destroy();
        await closed;
      },
      { options: { onError } },
    );
    expect(onError).not.toHaveBeenCalled();
  });

  it.each([
    [201, { "Content-Length": "4" }, "made", { status: 200, text: "made" }],
    [202, { "Content-Length": "0", "Content-Type": "text/plain" }, "", { status: 204, text: "" }],
    [206, { "Content-Range": "bytes 0-3/9" }, "part", { status: 206 }],
    [302, { Location: "/" }, "", { status: 302 }],
  ])("folds a %i, if asked to, as far as it is a success", async (status, headers, content, expected) => {
    const answer = await ask(
      (_request, response) => void response.writeHead(status, "Their Words", headers).end(content),
      undefined,
      {
        options: { success: "fold", proxyName: "edge-1" },
      },
    );
    expect(answer).toMatchObject(expected);
    if (expected.status === 204) expect(answer.headers.has("content-length") || answer.headers.has("content-type")).toBe(false);
    const folded = expected.status !== status;
    expect(answer.headers.get("proxy-status")).toBe(folded ? `edge-1;received-status=${status}` : null);
  });

  it("uses a connection to the upstream again", async () => {
    const agent = new Agent({ keepAlive: true });
    const sockets = new Set<Socket>();
    const upstream = createServer(({ url, socket }, response) => {
      sockets.add(socket);
      response.writeHead(url === "/missing" ? 404 : 200, { "Content-Length": "4" }).end("text");
    });
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { agent } }, async (port) => {
        const lines = ["GET /missing", "GET /", "GET /missing", "GET /"].map((line) =>
          request(line, { Connection: "keep-alive" }),
        );
        const client = connect(port, "127.0.0.1");
        const statuses: unknown[] = [];
        for (const line of lines) {
          client.write(line);
          const [head] = (await once(client, "data")) as [Buffer];
          statuses.push(head.toString().slice(9, 12));
        }
        expect(statuses).toEqual(["404", "200", "404", "200"]); // on one connection of the client's, too
        client.destroy();
      }),
    );
    agent.destroy();
    expect(sockets.size).toBe(1);
  });
});

/** Waits until a number has grown from zero and has stopped growing. */
async function stillness(read: () => number): Promise<void> {
  let before = 0;
  const isStill = () => {
    const now = read();
    const still = now > 0 && now === before;
    before = now;
    return still;
  };
  await eventually(() => expect(isStill()).toBe(true), 200);
}
