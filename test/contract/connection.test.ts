// What becomes of the connection: unread content, responses that have begun, clients that left, HTTP/1.0 and HTTP/2.
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import {
  connect as connectHttp2,
  createServer as createHttp2Server,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
} from "node:http2";
import { connect, type AddressInfo } from "node:net";
import { Writable } from "node:stream";
import type { Problem, ProblemContext } from "@fg-errors/core";
import createError from "http-errors";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { hosts, type Act, type Host } from "../hosts.js";
import { eventually, patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

/** What `onError` received. */
function listener() {
  const reported: (Pick<Problem, "status" | "cause"> & Pick<ProblemContext, "responseStarted">)[] = [];
  return {
    reported,
    onError: ({ status, cause }: Problem, { responseStarted }: ProblemContext) =>
      void reported.push({ status, cause, responseStarted }),
  };
}

const failure = new Error("broke in the middle");

const failsAfterFirstByte =
  (thrown: unknown): Act =>
  async (_request, response) => {
    response.setHeader("Content-Type", "text/plain");
    response.write("first ");
    await new Promise((resolve) => setImmediate(resolve));
    throw thrown;
  };

/** What a handler may have done to the request's content before it failed. */
const unfinished: Readonly<Record<string, (incoming: IncomingMessage) => unknown>> = {
  "nobody read": () => {},
  "was read in part and paused": async (incoming) => {
    await once(incoming, "readable");
    incoming.read(1);
    incoming.pause();
  },
  "is piped to where it is stuck": (incoming) => new Promise((stuck) => void incoming.pipe(new Writable({ write: stuck }))),
};

describe.each(hosts)("$name", ({ family, create, createHttp2 }) => {
  it.each(Object.entries(unfinished))("keeps the connection usable after content that %s", async (_what, leave) => {
    const act: Act = async (incoming) => {
      await leave(incoming);
      throw createError(400);
    };
    const body = "x".repeat(300_000);
    const bytes = await withServer(create(act), (port) =>
      exchange(port, request("POST /act", { Connection: "keep-alive" }, body) + request("GET /nowhere")),
    );
    expect(bytes).toMatch(/^HTTP\/1\.1 400/);
    expect(bytes).toMatch(/HTTP\/1\.1 404/);
  });

  // Express takes a falsy value for "no error" and goes on to the next handler; Express 5 makes an Error of a rejection.
  it.each([failure, null, undefined])("cuts a response that has begun when %s is thrown, and reports it once", async (thrown) => {
    const { reported, onError } = listener();
    const bytes = await withServer(create(failsAfterFirstByte(thrown), { onError }), (port) =>
      exchange(port, request("GET /act")).catch(String),
    );
    expect(bytes).toContain("first ");
    expect(bytes).not.toMatch(/\r\n0\r\n/); // no last chunk: the client knows that something is missing
    expect(bytes).not.toContain("FSS.");
    expect(reported).toHaveLength(1);
    expect(reported[0]).toMatchObject({
      responseStarted: true,
      ...((thrown || family === "koa") && { status: 500, cause: thrown }),
    });
  });

  it("resets an HTTP/1.0 connection whose response has begun, since its end would pass for the content's", async () => {
    let seen = () => {};
    const firstByteSeen = new Promise<void>((resolve) => (seen = resolve));
    const act: Act = async (_request, response) => {
      response.write("first ");
      await firstByteSeen;
      throw failure;
    };
    const code = await withServer(create(act, { onError() {} }), async (port) => {
      const socket = connect(port, "127.0.0.1", () => socket.write("GET /act HTTP/1.0\r\n\r\n"));
      socket.once("data", seen);
      return new Promise((resolve) =>
        socket.on("end", () => resolve("end")).on("error", (error) => resolve((error as NodeJS.ErrnoException).code)),
      );
    });
    expect(code).toBe("ECONNRESET");
  });

  it("leaves a response alone that was complete before the failure", async () => {
    const { reported, onError } = listener();
    const act: Act = (_request, response) => {
      response.statusCode = 200; // Koa starts at 404
      response.end("done");
      throw failure;
    };
    const bytes = await withServer(create(act, { onError }), (port) => exchange(port, request("GET /act")));
    expect(parseAnswer(bytes)).toMatchObject({ status: 200, text: "done" });
    expect(reported).toEqual([{ status: 500, cause: failure, responseStarted: true }]);
  });

  it("does not blame the server for a client that left", async () => {
    const { reported, onError } = listener();
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const act: Act = async (_request, response) => {
      arrive();
      await once(response, "close");
      throw Object.assign(new Error("aborted"), { code: "ECONNRESET" });
    };
    await withServer(create(act, { onError }), async (port) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(request("GET /act")));
      await arrived;
      socket.destroy();
      await eventually(() => expect(reported).not.toEqual([]));
    });
    expect(reported.map(({ status }) => status)).toEqual([408]);
  });

  it("answers over HTTP/2, HEAD too", async () => {
    const act = () => {
      throw createError(404, "No such order");
    };
    await withHttp2(createHttp2(act), async (session) => {
      const get = await ask(session, { ":path": "/act" });
      const status = Number(get.headers[":status"]);
      const fields = Object.entries(get.headers).filter(([name]) => !name.startsWith(":"));
      assertContract({ status, headers: new Headers(fields as [string, string][]), text: get.text });
      expect(JSON.parse(get.text)).toMatchObject({ status: 404, detail: "No such order" });
      expect(await ask(session, { ":path": "/act", ":method": "HEAD" })).toMatchObject({ headers: { ":status": 404 }, text: "" });
      expect(await ask(session, { ":path": "/nowhere" })).toMatchObject({ headers: { ":status": 404 } });
    });
  });

  it("resets an HTTP/2 stream whose response has begun, and no other", async () => {
    const { reported, onError } = listener();
    await withHttp2(createHttp2(failsAfterFirstByte(failure), { onError }), async (session) => {
      expect(await ask(session, { ":path": "/act" })).toMatchObject({ text: "first ", code: 2 }); // INTERNAL_ERROR
      expect(await ask(session, { ":path": "/nowhere" })).toMatchObject({ headers: { ":status": 404 }, code: 0 });
    });
    expect(reported[0]).toEqual({ status: 500, cause: failure, responseStarted: true });
  });
});

async function withHttp2(listener: ReturnType<Host["createHttp2"]>, visit: (session: ClientHttp2Session) => Promise<void>) {
  const server = createHttp2Server(listener as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  try {
    await visit(session);
  } finally {
    session.destroy();
    server.close();
  }
}

/** One exchange; `code` is the one that the stream was reset with. */
async function ask(session: ClientHttp2Session, headers: Record<string, string>) {
  const stream = session.request(headers);
  let received: IncomingHttpHeaders = {};
  let text = "";
  stream.on("response", (head) => (received = head));
  stream.on("error", () => {});
  stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  stream.setTimeout(patience, () => stream.close());
  await new Promise((resolve) => stream.once("close", resolve));
  return { headers: received, text, code: stream.rstCode };
}
