// What a writer reads off its response between a head that it has written or flushed and the content: the same as without fgResponses().
// A head that passes leaves when it is flushed.
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type AddressInfo } from "node:net";
import type { ResponderOptions } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";
import { overHttp2 } from "./over-http2.js";

const invocation = { "X-Cff-Request-Id": "cff", "Content-Type": "application/json" };
const partial = { "Content-Range": "bytes 0-6/9", "Content-Type": "text/plain", "X-Own": ["1", "2"] };

/** The arguments of writeHead(). */
const heads: readonly (readonly [number, ...unknown[]])[] = [
  [206],
  [206, partial],
  [206, "Own Words", partial],
  [206, Object.entries(partial).flatMap(([name, value]) => [name, [value].flat()[0]])],
  [201, "Made"],
  [304, { ETag: '"1"' }],
  [200, invocation],
  [200, "Own Words", invocation],
  [404, partial],
  [503, "Own Words", { "Retry-After": "7" }],
  [200, { "access-control-allow-origin": "*", "X-Own": "1" }],
];

/** node:http sends a status alone at once. */
const unsent = heads.filter(([status, others]) => others !== undefined || status >= 400).map((head) => ({ head }));

function look(response: ServerResponse) {
  const { statusCode, headersSent } = response;
  const statusMessage = "stream" in response ? undefined : response.statusMessage; // HTTP/2 has none
  const own = ["content-range", "X-Own", "retry-after"].map((name) => [response.getHeader(name), response.hasHeader(name)]);
  return {
    statusCode,
    statusMessage,
    headersSent,
    own,
    fields: Object.entries(response.getHeaders()).filter(([name]) => name !== ":status"),
  };
}

/** A gateway without us, which has set the same fields. */
function plainly(writer: Writer): Listener {
  return (incoming, response) => {
    response.setHeader("Access-Control-Allow-Origin", "https://shop.example");
    response.setHeader("X-Request-Id", "mine");
    writer(incoming, response);
  };
}

describe.each(gateways)("$name", (gateway) => {
  describe.each([{}, { hiddenFailures: true }] as ResponderOptions[])("%o", (more) => {
    const { options } = recordProblems(more);

    it.each(heads.map((head) => ({ head })))("shows the head $head as Node does", async ({ head }) => {
      const seen: unknown[] = [];
      const writer: Writer = (_request, response) => {
        response.removeHeader("X-Powered-By"); // Express sets it
        response.writeHead(...(head as [number, OutgoingHttpHeaders]));
        seen.push(look(response));
        setImmediate(() => {
          seen.push(look(response));
          response.end(head[0] === 304 ? undefined : "content");
        });
      };
      const ask = (listener: Listener) => withServer(listener, (port) => exchange(port, request("GET /")));
      const [without, withUs] = [await ask(plainly(writer)), await ask(gateway.create(writer, options))];
      expect(seen.slice(2)).toEqual(seen.slice(0, 2));
      if (head[0] < 400) expect(withUs.replace(/^Date: .*$/m, "")).toEqual(without.replace(/^Date: .*$/m, ""));
      else assertContract(parseAnswer(withUs));
      seen.length = 0;
      await overHttp2(plainly(writer), ["/"]);
      await overHttp2(gateway.createHttp2(writer, options), ["/"]);
      expect(seen.slice(2)).toEqual(seen.slice(0, 2));
    });

    it.each(unsent)("shows nothing of it in the answer when it is not sent: $head", async ({ head }) => {
      const writer: Writer = (_request, response) => {
        response.writeHead(...(head as [number, OutgoingHttpHeaders]));
        throw Object.assign(new Error("s3cr3t"), { status: 500 });
      };
      const answer = parseAnswer(await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))));
      assertContract(answer);
      if (head[0] < 400) expect([answer.headers.get("x-own"), answer.headers.get("x-cff-request-id")]).toEqual([null, null]);
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    });

    it.each([
      ["text/event-stream", (response: ServerResponse) => response.flushHeaders()],
      ["text/event-stream", (response: ServerResponse) => response.writeHead(200).flushHeaders()],
      ["text/html", (response: ServerResponse) => response.flushHeaders()],
      ["application/json", (response: ServerResponse) => response.flushHeaders()], // after the time for which its content is waited for
    ] as const)("sends a head of %s that is flushed, before there is content", async (type, flush) => {
      let goOn = () => {};
      const arrived = new Promise<void>((resolve) => (goOn = resolve));
      const writer: Writer = async (_request, response) => {
        response.setHeader("Content-Type", type);
        response.setHeader("X-Cff-Request-Id", "cff");
        flush(response);
        expect(response.headersSent).toBe(true);
        await arrived;
        response.end("data: 1\n\n");
      };
      await withServer(gateway.create(writer, options), async (port) => {
        const socket = connect(port, "127.0.0.1", () => void socket.write(request("GET /"))).setEncoding("latin1");
        const [head] = (await once(socket, "data")) as [string];
        expect(head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        expect(head).toContain(type);
        goOn();
        expect((await socket.toArray()).join("")).toContain("data: 1\n\n");
      });
    });

    it("sends it over HTTP/2", async () => {
      let goOn = () => {};
      const arrived = new Promise<void>((resolve) => (goOn = resolve));
      const writer: Writer = async (_request, response) => {
        response.setHeader("Content-Type", "text/event-stream");
        response.setHeader("X-Cff-Request-Id", "cff");
        response.flushHeaders();
        await arrived;
        response.end("data: 1\n\n");
      };
      const server = createHttp2Server(gateway.createHttp2(writer, options) as never).listen(0, "127.0.0.1");
      await once(server, "listening");
      const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      const stream = session.request({ ":path": "/" }).setEncoding("utf8");
      const [head] = (await once(stream, "response")) as [{ ":status": number }];
      goOn();
      expect([head[":status"], (await stream.toArray()).join("")]).toEqual([200, "data: 1\n\n"]);
      session.close();
      server.close();
    });
  });

  it("answers for an inspected success that was flushed first and has failed", async () => {
    const writer: Writer = (_request, response) => {
      for (const [name, value] of Object.entries(invocation)) response.setHeader(name, value);
      response.flushHeaders();
      response.end(JSON.stringify({ errorMessage: "s3cr3t", errorType: "s3cr3t" }));
    };
    const { options } = recordProblems({ hiddenFailures: true });
    const answer = parseAnswer(await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /"))));
    expect(assertContract(answer)).toMatchObject({ status: 502 });
  });
});

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeAll(() => void process.prependListener("uncaughtException", note));
afterAll(() => {
  process.off("uncaughtException", note);
  expect(uncaught).toEqual([]);
});
