// What a writer sees while its success is inspected, and that the client gets what it would have got.
import { once } from "node:events";
import { createServer, type ServerOptions, type ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { responsesIn } from "../fuzz/responses.js";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { gateways, recordProblems, type Writer } from "../interceptor/interceptor-gateways.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer, withoutIds } from "../wire.js";
import { canary, client, unchunked } from "./proxy-replies.js";

const good = JSON.stringify({ id: 17, note: "naïve" });
const bad = JSON.stringify({ errorMessage: "invoke timed out after s3cr3t", errorType: "s3cr3t", stackTrace: ["s3cr3t"] });
const fields = { "Content-Type": "application/json", "X-Cff-Request-Id": "cff", "X-Cff-Function-Log": "s3cr3t", "X-Own": "1" };
/** Longer than the limit below. */
const long = `{"items":"${"x".repeat(1500)}"}`;

/** Sets them as Express does. */
const set = (response: ServerResponse) => {
  for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
  return response;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Ways to write a success. */
const forms: Readonly<Record<string, (response: ServerResponse, content: string) => unknown>> = {
  "setHeader, end": (response, content) => set(response).end(content),
  "setHeader, write, end": async (response, content) => {
    set(response).write(content.slice(0, 9));
    await turn();
    response.end(content.slice(9));
  },
  "flushHeaders, write, end": async (response, content) => {
    set(response).flushHeaders();
    expect(response.headersSent).toBe(true);
    await turn();
    response.write(content);
    response.end();
  },
  "writeHead, end": (response, content) => response.writeHead(200, fields).end(content),
  "writeHead(reason), write, write, end": (response, content) => {
    response.writeHead(200, "Own Words", fields);
    response.write(content.slice(0, 2));
    response.write(content.slice(2));
    response.end();
  },
  "writeHead(array)": (response, content) =>
    response.writeHead(200, ["Set-Cookie", "a=1", "Set-Cookie", "b=2", ...Object.entries(fields).flat()]).end(content),
  "writeHead(length)": (response, content) =>
    response.writeHead(200, { ...fields, "Content-Length": Buffer.byteLength(content) }).end(content),
  "writeHead(status) alone": (response, content) => set(response).writeHead(200).end(content),
  "end(base64)": (response, content) => set(response).end(Buffer.from(content).toString("base64"), "base64"),
  "write(hex), end(octets)": (response, content) => {
    set(response).write(Buffer.from(content.slice(0, 5)).toString("hex"), "hex");
    response.end(Buffer.from(content.slice(5)));
  },
  "pipe()": (response, content) => void Readable.from([Buffer.from(content)]).pipe(set(response)),
  "stream.pipeline()": (response, content) =>
    pipeline(Readable.from(Array.from(content, (part) => Buffer.from(part))), set(response)),
  "one buffer for all": async (response, content) => {
    set(response);
    const buffer = Buffer.alloc(4);
    for (let at = 0; at < content.length; at += 4) {
      const length = buffer.write(content.slice(at, at + 4).padEnd(4, " "), "latin1");
      await new Promise<void>((written) => void response.write(buffer.subarray(0, length), () => written()));
    }
    response.end();
  },
};

const cases = Object.entries(forms).map(([name, write]) => ({ name, write }));

describe.each(gateways)("$name", (gateway) => {
  async function ask(writer: Writer, line = "GET /orders/17", more: object = { hiddenFailures: true }) {
    const { reported, options } = recordProblems(more);
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request(line)).catch(String));
    return { bytes, reported, answer: parseAnswer(bytes) };
  }

  it.each(cases)("lets a success through: $name", async ({ write }) => {
    for (const [line, content] of Object.entries({
      "GET /": good,
      "HEAD /": good,
      "GET /long": long,
      "GET /none": "",
      "GET /odd": "{",
    })) {
      const written = vi.fn();
      const writer: Writer = async (_, response) => written(await write(response, content));
      const [inspected, plain] = [
        await ask(writer, line, { hiddenFailures: true, errorBodyLimit: 1000 }),
        await ask(writer, line, {}),
      ];
      expect(withoutIds(unchunked(inspected.bytes))).toBe(withoutIds(unchunked(plain.bytes)));
      expect(inspected.reported).toEqual([]);
      await eventually(() => expect(written).toHaveBeenCalledTimes(2)); // nothing was thrown at it
    }
  });

  it.each(cases)("answers for a failure: $name", async ({ write }) => {
    const { answer, bytes, reported } = await ask((_, response) => write(response, bad));
    expect(assertContract(answer)).toMatchObject({ status: 504, error_code: "4010", instance: "/orders/17", request_id: "mine" });
    expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    expect([answer.headers.get("x-own"), answer.headers.get("x-cff-request-id")]).toEqual(["1", "cff"]);
    expect(bytes).not.toMatch(canary);
    expect(reported).toMatchObject([{ status: 504, upstreamStatus: expect.any(Number) }]);
  });

  it("looks to its writer as if it was sent", async () => {
    const seen: unknown[] = [];
    const [written, ended, drained] = [vi.fn(), vi.fn(), vi.fn()];
    const { answer } = await ask(async (_, response) => {
      const see = () => seen.push([response.headersSent, response.writableEnded, response.finished]);
      response.on("drain", drained);
      see();
      response.writeHead(200, fields);
      see();
      await new Promise<void>((resolve) => response.write(good.slice(0, 5), () => resolve(written())));
      response.end(good.slice(5), ended);
      see();
      await once(response, "finish");
      see();
    });
    expect(answer.text).toContain("17");
    const [no, sent, all] = [
      [false, false, false],
      [true, false, false],
      [true, true, true],
    ];
    expect(seen).toEqual([no, sent, all, all]);
    expect([written.mock.calls, ended.mock.calls.length, drained.mock.calls]).toEqual([[[]], 1, []]);
  });

  it("makes a writer wait that writes too much, and then go on", async () => {
    const piece = "x".repeat(10_000);
    const took: boolean[] = [];
    const { bytes } = await ask(async (_, response) => {
      response.writeHead(200, fields); // with a length beyond the limit, nothing would be looked at
      response.write('{"a":"x');
      for (let count = 0; count < 50; count += 1) {
        took.push(response.write(piece));
        if (!took.at(-1)) await once(response, "drain");
      }
      response.end();
    });
    expect(took.slice(0, 6)).not.toContain(false); // 65536 octets are looked at
    expect(took).toContain(false);
    expect(responsesIn(bytes).responses).toMatchObject([{ text: `{"a":"x${piece.repeat(50)}`, end: "whole" }]);
  });

  it("does not let a writer wait where the response has room for more", async () => {
    const { options } = recordProblems({ hiddenFailures: true });
    const writer: Writer = async (_, response) => {
      response.writeHead(200, { ...fields, "Content-Type": "text/plain" });
      for (const piece of ["x", "y", "z"]) if (!response.write(piece.repeat(20_000))) await once(response, "drain");
      response.end("the end");
    };
    const server = createServer({ highWaterMark: 1_000_000 } as ServerOptions, gateway.create(writer, options)); // as later Nodes have it
    expect(await withServer(server, (port) => exchange(port, request("GET /")))).toContain("the end");
  });

  it.each([
    [good, 200],
    [bad, 504],
  ])("over HTTP/2: %s", async (content, status) => {
    const { options } = recordProblems({ hiddenFailures: true });
    const writer: Writer = async (_, response) => {
      response.writeHead(200, fields);
      response.write(content.slice(0, 5));
      await turn();
      response.end(content.slice(5));
    };
    const server = createHttp2Server(gateway.createHttp2(writer, options) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" });
    const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
    const text = (await stream.setEncoding("utf8").toArray()).join("");
    session.destroy();
    server.close();
    expect([head[":status"], head["x-own"]]).toEqual([status, "1"]);
    if (status === 200) expect(text).toBe(good);
    else expect(JSON.parse(text)).toMatchObject({ status, error_code: "4010" });
  });
});

it.concurrent.each(gateways)("goes on after a second without a decision ($name)", async (gateway) => {
  let release = () => {};
  const writer: Writer = async ({ url }, response) => {
    response.writeHead(200, fields).flushHeaders();
    if (url === "/slow") response.write('{"first":');
    await new Promise<void>((resolve) => (release = resolve));
    response.end('"second"}');
  };
  const { reported, options } = recordProblems({ hiddenFailures: true });
  await withServer(gateway.create(writer, options), async (port) => {
    for (const [path, first] of [
      ["/slow", '{"first":'],
      ["/none", "X-Own: 1\r\n"],
    ]) {
      const { until } = await client(port, request(`GET ${path}`));
      await until(first!); // while its writer waits
      release();
      expect(await until("\r\n0\r\n\r\n")).toContain('"second"}');
    }
  });
  expect(reported).toEqual([]);
});
