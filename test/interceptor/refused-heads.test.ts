// Heads that Node refuses, or takes for another, when an application writes them itself: the error is thrown where it is thrown without
// fgResponses(), or the contract answers. A success without fgResponses() is one with it.
import type { OutgoingHttpHeaders, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ResponderOptions } from "@fg-errors/core";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";
import { askHttp2, withHttp2Server } from "./over-http2.js";

/** The arguments of writeHead() behind its status. */
const fields: readonly (readonly unknown[])[] = [
  [{ "a b": "1" }],
  [{ "X-A": "a\nb" }],
  [{ "X-A": "日本" }],
  [{ "X-A": undefined }],
  [{ "X-A": null }],
  [{ "X-A": [] }],
  [{ "X-A": ["a", "b\n"] }],
  [{ "X-A": ["a", undefined] }],
  [{ "X-A": Symbol("a") }],
  [{ "X-A": Object.create(null) }],
  [["X-A", "1", "X-B"]],
  [["X-A", "1\n"]],
  [[["a b", "1"]]],
  ["O\nK"],
  ["O\nK", { "X-A": "1" }],
  [{ "Transfer-Encoding": "chunked" }],
  [{ Upgrade: "x", "Keep-Alive": "timeout=5" }],
  [{ ":status": "404" }],
  [{ Trailer: "X-Sum", "Content-Length": 7 }],
  [{ Location: ["/a", "/b"] }],
];
const statuses: readonly unknown[] = [
  0,
  99,
  600,
  999,
  1000,
  -1,
  NaN,
  2 ** 32 + 200,
  2 ** 32 + 404,
  200.5,
  404.7,
  "200",
  "404",
  "4x4",
  "",
  undefined,
  null,
  [200],
];
const heads = [
  ...fields.flatMap((head) => [200, 404].map((status) => [status, ...head])),
  ...statuses.flatMap((status) => [[status], [status, { "X-A": "1" }]]),
];

const writeHead = (response: ServerResponse, head: readonly unknown[]) =>
  response.writeHead(...(head as [number, OutgoingHttpHeaders]));
const end = (response: ServerResponse) => response.end("content");

const forms: Readonly<Record<string, (response: ServerResponse, head: readonly unknown[]) => unknown>> = {
  "writeHead(), end()": (response, head) => void end(writeHead(response, head)),
  "writeHead(), pipe()": (response, head) => void Readable.from([Buffer.from("content")]).pipe(writeHead(response, head)),
  "writeHead(), or else another one": (response, head) => {
    try {
      writeHead(response, head);
    } catch (refused) {
      response.writeHead(503);
      end(response);
      throw refused;
    }
    end(response);
  },
  "members, end()": (response, [status, ...others]) => {
    const given = others.at(-1);
    response.statusCode = status as number;
    if (typeof others[0] === "string" && !("stream" in response)) response.statusMessage = others[0];
    for (const [name, value] of Object.entries((given ?? {}) as object)) response.setHeader(name, value as string);
    end(response);
  },
};

const uncaught: unknown[] = [];
const note = (error: unknown) => void uncaught.push(error);
beforeAll(() => void process.prependListener("uncaughtException", note));
afterAll(() => void process.off("uncaughtException", note));

/** How a listener answers one request after another, each on a connection of its own. */
const protocols: Readonly<
  Record<string, (listener: Listener, visit: (ask: () => Promise<Answer>) => Promise<void>) => Promise<void>>
> = {
  "HTTP/1": (listener, visit) =>
    withServer(listener, (port) => visit(async () => parseAnswer(await exchange(port, request("GET /"))))),
  "HTTP/2": (listener, visit) => withHttp2Server(listener, (port) => visit(async () => (await askHttp2(port, ["/"]))[0]!)),
};

describe.each(Object.entries(protocols))("over %s", (protocol, serve) => {
  describe.each(Object.entries(forms))("%s", (_form, write) => {
    let without: readonly Outcome[] = [];
    beforeAll(async () => void (without = await outcomes(serve, write, plainly)));

    describe.each(gateways)("$name", (gateway) => {
      const create = protocol === "HTTP/2" ? gateway.createHttp2 : gateway.create;
      it.each([{}, { hiddenFailures: true, success: "fold", upstreamCredentials: "drop" }] as ResponderOptions[])(
        "%o",
        async (more) => {
          const { options } = recordProblems(more);
          const withUs = await outcomes(serve, write, (writer) => create(writer, options));
          heads.forEach((head, at) => compare(head, without[at]!, withUs[at]!));
        },
      );
    });
  });
});

interface Outcome {
  readonly answer: Answer;
  /** What the writer caught. */
  readonly thrown: readonly unknown[];
  readonly uncaught: readonly unknown[];
}

/** Writes every head behind a gateway, one after another. */
async function outcomes(
  serve: (typeof protocols)[string],
  write: (response: ServerResponse, head: readonly unknown[]) => unknown,
  create: (writer: Writer) => Listener,
): Promise<readonly Outcome[]> {
  const all: Outcome[] = [];
  let thrown: unknown[] = [];
  let current: readonly unknown[] = [];
  const listener = create((_request, response) => {
    try {
      write(response, current);
    } catch (refused) {
      thrown.push(refused);
      throw refused;
    }
  });
  await serve(listener, async (ask) => {
    for (const head of heads) {
      [current, thrown] = [head, []];
      all.push({ answer: await ask(), thrown, uncaught: uncaught.splice(0) });
    }
  });
  await new Promise(setImmediate);
  expect(uncaught.splice(0), "after the last head").toEqual([]);
  return all;
}

/** A gateway without us, which resets the connection for what its writer throws. */
function plainly(writer: Writer): Listener {
  return (incoming, response) => {
    try {
      writer(incoming, response);
    } catch {
      response.destroy();
    }
  };
}

function compare(head: readonly unknown[], without: Outcome, withUs: Outcome): void {
  const { answer, thrown } = withUs;
  const what = `writeHead(${head.map((each) => JSON.stringify(each) ?? String(each)).join(", ")})`;
  expect([without.uncaught, withUs.uncaught], what).toEqual([[], []]);
  if (without.thrown.length === 0) expect(thrown, what).toEqual([]);
  if (answer.status >= 400) assertContract(answer);
  else expect([answer.status, answer.text], what).toEqual([200, expect.stringContaining("content")]);
  const received = without.answer.status;
  if (without.thrown.length === 0 && received < 600) expect(answer.status, what).toBe(received);
}
