// The real libraries that answer for their upstream themselves.
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { recordProblems } from "./interceptor-gateways.js";
import { libraries } from "./library-gateways.js";

const json = { "Content-Type": "application/json" };

const upstream: RequestListener = ({ url }, response) => {
  if (url === "/error")
    response
      .writeHead(404, { ...json, Server: "s3cr3t", "X-Powered-By": "s3cr3t", "Set-Cookie": "a=1" })
      .end('{"message":"No such order"}');
  else if (url === "/page") response.writeHead(500, { "Content-Type": "text/html" }).end("<h1>s3cr3t at 10.0.0.7</h1>");
  else if (url === "/packed")
    response
      .writeHead(409, { ...json, "Content-Encoding": "gzip" })
      .end(gzipSync('{"error_code":"SHOP.0409","error_msg":"Sold out"}'));
  else if (url === "/empty") response.writeHead(403).end();
  else if (url === "/broken") response.write("first ", () => response.socket!.resetAndDestroy());
  else if (url === "/endless") response.write("first ");
  else response.writeHead(201, { ...json, "X-Own": "1" }).end('{"id":17}');
};

describe.each(libraries)("$name", ({ create, buffers, refused = 502 }) => {
  async function ask(path: string, method = "GET") {
    const { reported, options } = recordProblems();
    const bytes = await withServer(upstream, async (port) =>
      withServer(await create(`http://127.0.0.1:${port}`, options), (gateway) =>
        exchange(gateway, request(`${method} ${path}`)).catch(String),
      ),
    );
    return { bytes, reported, answer: parseAnswer(bytes) };
  }

  it("lets a success through", async () => {
    const { reported, options } = recordProblems();
    await withServer(upstream, async (port) =>
      withServer(await create(`http://127.0.0.1:${port}`, options), async (gateway) => {
        const response = await fetch(`http://127.0.0.1:${gateway}/orders`); // most of them hand on the upstream's own Connection
        expect([response.status, response.headers.get("x-own"), await response.text()]).toEqual([201, "1", '{"id":17}']);
      }),
    );
    expect(reported).toEqual([]);
  });

  it.each([
    ["/error", { status: 404, detail: "No such order" }],
    ["/page", { status: 500, error_code: "FSS.0500" }],
    ["/packed", { status: 409, detail: "Sold out", error_code: "SHOP.0409" }],
    ["/empty", { status: 403 }],
  ])("replaces an error reply: %s", async (path, expected) => {
    const { answer, bytes, reported } = await ask(path);
    expect(assertContract(answer)).toMatchObject({ ...expected, instance: path });
    expect(bytes).not.toMatch(/s3cr3t|10\.0\.0\.7/);
    if (path === "/error") expect(answer.headers.getSetCookie()).toEqual(["a=1"]);
    expect(reported).toMatchObject([{ upstreamStatus: expected.status }]);
  });

  it("replaces an error reply to HEAD", async () => {
    const { answer } = await ask("/empty", "HEAD");
    expect(answer).toMatchObject({ status: 403, text: "" });
    expect(Number(answer.headers.get("content-length"))).toBeGreaterThan(0);
  });

  it("answers for an upstream that is not there", async () => {
    const { reported, options } = recordProblems();
    const nobody = await closedPort();
    const bytes = await withServer(await create(`http://127.0.0.1:${nobody}`, options), (port) =>
      exchange(port, request("GET /")),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: refused });
    expect(bytes).not.toContain("127.0.0.1");
    expect(reported).toHaveLength(1);
  });

  it.skipIf(buffers)("cuts a success that breaks, and reports it once", async () => {
    const { bytes, reported } = await ask("/broken");
    expect(bytes).toContain("first ");
    expect(bytes).not.toMatch(/\r\n0\r\n|FSS\./);
    expect(reported.map(({ status }) => status)).toEqual([502]);
  });

  it.skipIf(buffers)("ends the exchange with the upstream when the client leaves, and reports nothing", async () => {
    const { reported, options } = recordProblems();
    const server = createServer(upstream);
    const closed = new Promise((resolve) => server.on("connection", (socket) => socket.on("close", resolve)));
    await withServer(server, async (port) =>
      withServer(await create(`http://127.0.0.1:${port}`, options), async (gateway) => {
        const socket = connect(gateway, "127.0.0.1", () => socket.write(request("GET /endless")));
        await once(socket, "data");
        socket.destroy();
        await closed;
        await eventually(() => expect(reported).toEqual([]));
      }),
    );
  });
});
