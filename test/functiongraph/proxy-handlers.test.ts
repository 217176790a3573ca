// What fgProxy() does to the libraries' events, and to a user's handlers of them, when it inspects replies of functions.
import { once } from "node:events";
import { Agent, createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import type { Problem } from "@fg-errors/core";
import { fgProxy } from "@fg-errors/core/proxy";
import httpProxy3v2 from "http-proxy-3v2";
import { responseInterceptor } from "http-proxy-middleware";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { behind, libraries, type Settings } from "../upstream/proxy-libraries.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { answering, canary, client, failures, successes } from "./proxy-replies.js";

const named = <Named extends { readonly name: string }>(all: readonly Named[], name: string) =>
  all.find((one) => one.name === name)!;
const inHead = named(failures, "X-Func-Err-Code 4002");
const inContent = named(failures, "the content alone");
const inPieces = named(failures, "content in pieces");
const success = named(successes, "content in pieces");
const text = success.content.join("");

describe.each(libraries)("$name", (library) => {
  async function ask(upstream: RequestListener, bytes = request("GET /"), given: Settings = {}) {
    const reported: Problem[] = [];
    const options = { hiddenFailures: true, onError: (problem: Problem) => void reported.push(problem), ...given.options };
    const got = await withServer(upstream, (port) =>
      behind(library, port, { ...given, options }, (gateway) => exchange(gateway, bytes)),
    );
    return { bytes: got, answer: parseAnswer(got), reported };
  }

  it("shows a user's handlers all of a reply once, and its end", async () => {
    let seen = "";
    const end = vi.fn();
    const proxyRes = vi.fn(
      (reply: IncomingMessage) => void reply.on("data", (chunk: Buffer) => (seen += chunk.toString("latin1"))),
    );
    const { answer, reported } = await ask(answering(success), undefined, { handlers: { proxyRes, end } });
    expect(answer.status).toBe(200);
    expect(Buffer.from(seen, "latin1").toString()).toBe(text);
    expect(proxyRes).toHaveBeenCalledOnce();
    expect(end).toHaveBeenCalledOnce();
    expect(reported).toEqual([]);
  });

  it("shows them a failure's head, and what they change of it counts", async () => {
    const forgive = (reply: IncomingMessage) => void delete reply.headers["x-func-err-code"];
    const forgiven = await ask(answering({ ...inHead, content: ["fine"] }), undefined, { handlers: { proxyRes: forgive } });
    expect(forgiven.answer.status).toBe(200);
    const blame = (reply: IncomingMessage) => void (reply.headers["x-func-err-code"] = "4010");
    const blamed = await ask(answering(success), undefined, { handlers: { proxyRes: blame } });
    expect(assertContract(blamed.answer)).toMatchObject({ status: 504, error_code: "4010" });
  });

  it("answers what their handlers throw, whatever comes", async () => {
    const proxyRes = () => {
      throw new Error("s3cr3t");
    };
    for (const reply of [success, inContent, inHead]) {
      const { answer, bytes } = await ask(answering(reply), undefined, { handlers: { proxyRes } });
      expect(assertContract(answer)).toMatchObject({ status: 500 });
      expect(bytes).not.toMatch(canary);
    }
  });

  it("leaves what only the content can decide to a handler that sends replies itself", async () => {
    const settings = { selfHandleResponse: true };
    const proxyRes = (reply: IncomingMessage, _request: unknown, response: ServerResponse) => {
      reply.once("end", () => response.end("and more"));
      setImmediate(() => reply.pipe(response, { end: false }));
    };
    const { bytes } = await ask(answering(success), undefined, { settings, handlers: { proxyRes } });
    expect(bytes).toContain("\r\nand more\r\n");
    const upper = responseInterceptor(async (content) => content.toString().toUpperCase());
    const intercepted = await ask(answering(success), undefined, { settings, handlers: { proxyRes: upper } });
    expect(intercepted.answer.text).toContain('"ID":17');
    const failed = await ask(answering(inHead), undefined, { settings, handlers: { proxyRes: upper } });
    expect(assertContract(failed.answer)).toMatchObject({ status: 502, error_code: "4002" });
  });

  it("adds nothing to what somebody else sends meanwhile", async () => {
    let finish = () => {};
    const upstream: RequestListener = (_request, response) => {
      response.writeHead(200, { "X-Cff-Request-Id": "cff" }).write('{"first":');
      finish = () => response.end("1}");
    };
    const proxyRes = (reply: IncomingMessage, _request: unknown, response: ServerResponse) => {
      reply.once("end", () => setImmediate(() => response.end()));
      setImmediate(() => (response.writeHead(503).write("busy"), finish()));
    };
    const { answer, reported } = await ask(upstream, undefined, { handlers: { proxyRes } });
    expect(answer).toMatchObject({ status: 503, text: "4\r\nbusy\r\n0\r\n\r\n" });
    expect(reported).toEqual([]);
  });

  it.each([inHead, inContent])(
    "keeps the gateway's own cookies and Vary, and what the library rewrites: $name",
    async (reply) => {
      const fields = { ...reply.fields, Vary: "Accept-Encoding", "Set-Cookie": "u=1; Domain=inside", "X-Theirs": "1" };
      const settings = { cookieDomainRewrite: "shop.example" };
      await withServer(answering({ ...reply, fields }), (upstreamPort) =>
        behind(library, upstreamPort, { settings, options: { hiddenFailures: true, onError() {} } }, async (port, gateway) => {
          gateway.prependListener("request", (_request, response: ServerResponse) => {
            response.setHeader("Vary", "Origin").setHeader("Set-Cookie", "g=1").setHeader("ETag", '"g"');
          });
          const answer = parseAnswer(await exchange(port, request("GET /")));
          assertContract(answer);
          expect(answer.headers.getSetCookie().toSorted()).toEqual(["g=1", "u=1; Domain=shop.example"]);
          expect(answer.headers.get("vary")!.split(", ").toSorted()).toEqual(["Accept-Encoding", "Origin"]);
          expect([answer.headers.get("x-theirs"), answer.headers.has("server")]).toEqual(["1", false]);
        }),
      );
    },
  );

  it("uses a connection to the upstream again, whatever came on it", async () => {
    const agent = new Agent({ keepAlive: true });
    const sockets = new Set<Socket>();
    const replies = [success, inContent, inPieces, inHead, success];
    const upstream = createServer((incoming, response) => {
      sockets.add(incoming.socket);
      void answering(replies[Number(incoming.url!.slice(1))]!)(incoming, response);
    });
    await withServer(upstream, (upstreamPort) =>
      behind(library, upstreamPort, { settings: { agent }, options: { hiddenFailures: true, onError() {} } }, async (port) => {
        const statuses = [];
        for (const index of replies.keys()) {
          const reply = await fetch(`http://127.0.0.1:${port}/${index}`);
          await reply.text();
          statuses.push(reply.status);
        }
        expect(statuses).toEqual([200, 502, 504, 502, 200]);
      }),
    );
    agent.destroy();
    expect(sockets.size).toBe(1);
  });

  it.each([
    [500, "4010", 504],
    [200, "4010", 504],
    [200, "0", 502],
  ])("an upgrade that gets a %i with code %s is answered by %i", async (status, code, answered) => {
    const upstream = createServer().on("upgrade", (_request, socket) => {
      socket.end(`HTTP/1.1 ${status} Fine\r\nX-Func-Err-Code: ${code}\r\nContent-Length: 6\r\n\r\ns3cr3t`);
    });
    const upgrade = request("GET /", {
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Version": "13",
      "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    });
    const bytes = await withServer(upstream, (port) =>
      behind(library, port, { options: { hiddenFailures: true, onError() {} } }, (gateway) => exchange(gateway, upgrade)),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: answered });
    expect(bytes).not.toMatch(canary);
  });

  it.skipIf(/^http-proxy(-middleware 3)?$/.test(library.name)).each([success, inContent, inHead])(
    "over HTTP/2: $name",
    async (reply) => {
      await withServer(answering(reply), async (upstreamPort) => {
        const { web } = library.create(upstreamPort, { options: { hiddenFailures: true, onError() {} } });
        const gateway = createHttp2Server(web as never).listen(0, "127.0.0.1");
        await once(gateway, "listening");
        const session = connectHttp2(`http://127.0.0.1:${(gateway.address() as AddressInfo).port}`);
        const stream = session.request({ ":path": "/orders" });
        const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
        const content = (await stream.setEncoding("utf8").toArray()).join("");
        session.destroy();
        gateway.close();
        expect([head[":status"], head["set-cookie"]]).toEqual(reply === success ? [200, ["a=1", "b=2"]] : [502, ["a=1"]]);
        if (reply === success) expect(content).toBe(text);
        else expect(JSON.parse(content)).toMatchObject({ status: 502, error_code: "4002" });
      });
    },
  );
});

describe("http-proxy-3 that fetches", () => {
  const through = <R>(upstream: RequestListener, visit: (url: string) => Promise<R>, left = () => {}) =>
    withServer(upstream, async (upstreamPort) => {
      const made = httpProxy3v2.createProxyServer({ target: `http://127.0.0.1:${upstreamPort}`, fetch } as never);
      const proxy = fgProxy({ hiddenFailures: true, onError() {} }).attach(made);
      const gateway: RequestListener = (incoming, response) => proxy.web(incoming, response.once("close", left));
      return withServer(gateway, (port) => visit(`http://127.0.0.1:${port}/`));
    });

  it("lets a success through", async () => {
    expect(await through(answering(success), async (url) => (await fetch(url)).text())).toBe(text);
  });

  it("discards what nobody waits for any more", async () => {
    let [arrive, close] = [() => {}, () => {}];
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const closed = new Promise<void>((resolve) => (close = resolve));
    let go = () => {};
    const gone = new Promise<void>((resolve) => (go = resolve));
    const upstream: RequestListener = async (_request, response) => {
      response.once("close", close).writeHead(200, { "Content-Type": "application/json", "X-Cff-Request-Id": "cff" });
      response.write('{"first":"', () => setTimeout(arrive, 30));
      await gone;
      while (!response.destroyed) if (!response.write(" ".repeat(9999))) await Promise.race([once(response, "drain"), closed]);
    };
    const visit = async (url: string) => {
      const { socket } = await client(Number(new URL(url).port), request("GET /"));
      await arrived;
      socket.destroy();
      await closed; // which the library would not have done
    };
    await through(upstream, visit, () => go());
  });

  it.each([inContent, inPieces, inHead])("answers for $name", async (reply) => {
    await through(answering(reply), async (url) => {
      const reached = await fetch(url);
      const { status, headers } = reached;
      const content = await reached.text();
      expect(assertContract({ status, headers, text: content })).toMatchObject({ status: reply.status });
      expect(content).not.toMatch(canary);
    });
  });
});
