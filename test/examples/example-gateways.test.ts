// The examples as a user runs them: a process of its own, pointed at an upstream by its environment.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:https";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { certificate } from "../recognisers/certificate.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { answering, endLater, startWithUpstream, startExample, type Later } from "./start.js";

const start = async (name: string, environment: Record<string, string>, later: Later) =>
  (await startExample(name, environment, later)).port;

const visit = async (port: number, line: string, headers?: Record<string, string>, body?: string) =>
  parseAnswer(await exchange(port, request(line, headers, body)));

/** Makes an upstream that calls `act` once a request has come. */
const raw = (act: (socket: Socket) => void) => (socket: Socket) => void socket.once("data", () => act(socket));

describe.concurrent.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  const ends: (() => void)[] = [];
  let behind: Awaited<ReturnType<typeof startWithUpstream>>;
  beforeAll(async () => {
    behind = await startWithUpstream(name, (end) => void ends.push(end));
  });
  afterAll(() => ends.forEach((end) => end()));

  // One after the other: of many processes that start at once, some would be late for their own limits, which are a second.
  describe.sequential("and its upstream", () => {
    it("relays what its upstream answers, and answers for it when it fails", async () => {
      const upstream = answering((incoming, response) => {
        if (incoming.url === "/echo") {
          response.writeHead(201, { "Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"], "X-Upstream": "yes" });
          incoming.pipe(response);
        } else {
          response.writeHead(410, { "Content-Type": "text/html" }).end("<h1>s3cr3t</h1>");
        }
      });
      await behind(upstream, async (port) => {
        const answer = await visit(port, "POST /echo", { "Content-Type": "text/plain" }, "hello");
        expect(answer.status).toBe(201);
        expect(answer.text).toContain("hello");
        expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
        expect(answer.headers.get("x-upstream")).toBe("yes");

        const gone = await visit(port, "GET /gone?token=s3cr3t");
        expect(gone.status).toBe(404);
        expect(assertContract(gone)).toMatchObject({ instance: "/gone" });
        expect(gone.text).not.toContain("s3cr3t");
      });
    });

    it.each<readonly [string, (socket: Socket) => void, number]>([
      ["resets", (socket) => void socket.resetAndDestroy(), 502],
      ["sends garbage", (socket) => void socket.end("garbage\r\n\r\n"), 502],
      ["ends within the header", (socket) => void socket.end("HTTP/1.1 200 OK\r\nA"), 502],
      ["hangs", () => {}, 504],
    ])("answers when its upstream %s", async (_fault, act, status) => {
      await behind(raw(act), async (port) => {
        const answer = await visit(port, "GET /");
        expect(answer.status).toBe(status);
        assertContract(answer);
        expect(answer.text).not.toContain("127.0.0.1");
      });
    });

    it("asks nobody but its upstream, whatever stands where the path should be", async () => {
      const named = (name: string) => (_request: unknown, response: { end(text: string): void }) => response.end(name);
      await withServer(named("elsewhere"), (elsewhere) =>
        behind(answering(named("the upstream")), async (port) => {
          for (const target of [
            `http://127.0.0.1:${elsewhere}/`,
            `//127.0.0.1:${elsewhere}/`,
            `http://x//127.0.0.1:${elsewhere}/`,
          ])
            expect((await visit(port, `GET ${target}`)).text).toContain("the upstream");
        }),
      );
    });

    it("keeps the path that its upstream's address comes with", async ({ onTestFinished }) => {
      await withServer(
        (incoming, response) => void response.end(incoming.url),
        async (upstream) => {
          const port = await start(name, { UPSTREAM: `http://127.0.0.1:${upstream}/v1` }, onTestFinished);
          expect((await visit(port, "GET /orders?page=2")).text).toContain("/v1/orders?page=2");
        },
      );
    });

    it("does not trust an upstream whose certificate nobody vouches for", async ({ onTestFinished }) => {
      await withServer(
        createTlsServer(certificate(), (_incoming, response) => void response.end("s3cr3t")) as never,
        async (upstream) => {
          const port = await start(name, { UPSTREAM: `https://127.0.0.1:${upstream}` }, onTestFinished);
          const answer = await visit(port, "GET /");
          expect(assertContract(answer)).toMatchObject({ status: 502 });
          expect(answer.text).not.toContain("s3cr3t");
        },
      );
    });

    it("answers when nobody listens", async ({ onTestFinished }) => {
      const port = await start(name, { UPSTREAM: `http://127.0.0.1:${await closedPort()}` }, onTestFinished);
      const answer = await visit(port, "GET /");
      expect(answer.status).toBe(502);
      assertContract(answer);
    });

    it("answers when its upstream accepts no connection", async ({ onTestFinished }) => {
      const { port: upstream, close } = await overwhelmed(onTestFinished);
      try {
        const port = await start(name, { UPSTREAM: `http://127.0.0.1:${upstream}` }, onTestFinished);
        const answer = await visit(port, "GET /");
        expect(answer.status).toBe(504);
        assertContract(answer);
      } finally {
        close();
      }
    });

    it("gives a reply all the time it needs while it goes on, and cuts it when it stalls", async () => {
      const upstream = raw(async (socket) => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 60\r\nConnection: close\r\n\r\n");
        for (let time = 0; time < 12; time++) {
          socket.write("12345");
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      });
      const stalling = raw((socket) => void socket.write("HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n12345"));
      await behind(upstream, async (port) => {
        expect((await exchange(port, request("GET /"))).match(/12345/g)).toHaveLength(12);
      });
      await behind(stalling, async (port) => {
        const bytes = await exchange(port, request("GET /")).catch(String);
        expect(bytes).toContain("12345");
        expect(bytes).not.toMatch(/\r\n0\r\n\r\n$|FSS\./);
      });
    });

    it("answers what never reaches the application", async () => {
      let connections = 0;
      await behind(
        () => connections++,
        async (port) => {
          for (const bytes of ["s3cr3t\r\n\r\n", "GET / HTTP/1.1\r\n\r\n", request("GET http://")])
            expect(assertContract(parseAnswer(await exchange(port, bytes)))).toMatchObject({ status: 400 });
        },
      );
      expect(connections).toBe(0);
    });

    it("completes the responses that are under way when it is terminated", async ({ onTestFinished }) => {
      await withServer(
        (_incoming, response) => void setTimeout(() => response.end("served"), 300),
        async (upstream, server) => {
          const { port, ended, end } = await startExample(name, { UPSTREAM: `http://127.0.0.1:${upstream}` }, onTestFinished);
          const [bytes] = await Promise.all([exchange(port, request("GET /")), once(server, "request").then(end)]);
          expect(bytes).toContain("served");
          expect(await ended).toBe(0);
        },
      );
    });

    it("cuts what its upstream cut", async () => {
      const upstream = raw((socket) => void socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"));
      await behind(upstream, async (port) => {
        const bytes = await exchange(port, request("GET /")).catch(String);
        expect(bytes).not.toMatch(/\r\n0\r\n\r\n$/);
        expect(bytes).not.toContain("FSS.");
      });
    });
  });
});

it("express-gateway opens WebSockets, and answers for those that its upstream refuses", async ({ onTestFinished }) => {
  const upgrade = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    "Sec-WebSocket-Version": "13",
  };
  const upstream = raw((socket) => {
    socket.end("HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\nContent-Length: 9\r\n\r\n<p>s3cr3t");
  });
  const greeting = raw((socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nhello");
  });
  const behind = await startWithUpstream("express-gateway", onTestFinished);
  await behind(upstream, async (port) => {
    const answer = await visit(port, "GET /chat", upgrade);
    expect(assertContract(answer)).toMatchObject({ status: 403, instance: "/chat" });
    expect(answer.text).not.toContain("s3cr3t");
  });
  await behind(greeting, async (port) => {
    expect(await exchange(port, request("GET /chat", upgrade))).toMatch(/^HTTP\/1\.1 101 [^]*hello$/);
  });
});

/**
 * A server whose queue of connections is full: it listens but never gets to accept, so a further connection is neither made nor
 * refused. A process of its own, since Node accepts whenever its event loop turns.
 */
async function overwhelmed(later: Later) {
  const listenAndBlock = `const server = require("node:net").createServer();
    server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, server.address().port + "\\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = endLater(spawn(process.execPath, ["-e", listenAndBlock], { stdio: ["ignore", "pipe", "ignore"] }), later);
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const port = Number(line);
  const queue = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => {})); // a backlog of 1 accepts 2
  await Promise.all(queue.slice(0, 2).map((socket) => once(socket, "connect")));
  return { port, close: () => queue.forEach((socket) => socket.destroy()) };
}
