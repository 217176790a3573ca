// What a writer regards as sent is sent, whatever is thrown, asked for or set after it, during the inspection.
import type { ServerResponse } from "node:http";
import { connect as connectHttp2, createServer as createHttp2Server, type IncomingHttpHeaders } from "node:http2";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { fgErrors, fgResponses } from "@fg-errors/express";
import express from "express";
import express4 from "express4";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { gateways, recordProblems, type Listener, type Writer } from "../interceptor/interceptor-gateways.js";
import { exchange, parseAnswer, request, withServer, withoutIds } from "../wire.js";
import { canary } from "./proxy-replies.js";

const good = JSON.stringify({ paid: true });
const bad = JSON.stringify({ errorMessage: "invoke timed out after s3cr3t", errorType: "s3cr3t", stackTrace: ["s3cr3t"] });
const fields = () => ({ "Content-Type": "application/json", "X-Cff-Request-Id": "cff", "X-OWN": "1", "set-Cookie": ["a=1"] });
const functions = { hiddenFailures: true };

/** Ways to write all of it. */
const forms: readonly (readonly [name: string, write: (response: ServerResponse, content: string) => unknown])[] = [
  ["end()", (response, content) => set(response).end(content)],
  ["writeHead(), end()", (response, content) => response.writeHead(200, "Paid", fields()).end(content)],
  ["write(), end()", (response, content) => (set(response).write(content), response.end())],
  ["flushHeaders(), end()", (response, content) => (set(response).flushHeaders(), response.end(content))],
];

function set(response: ServerResponse): ServerResponse {
  for (const [name, value] of Object.entries(fields())) response.setHeader(name, value);
  return response;
}

/** What others do to a response that was sent: Node ignores the first two, and throws at the rest. */
const late: readonly (readonly [name: string, act: (response: ServerResponse) => unknown])[] = [
  ["statusCode", (response) => (response.statusCode = 500)],
  ["statusMessage", (response) => (response.statusMessage = "Late")],
  ["setHeader()", (response) => response.setHeader("X-Late", "1")],
  ["setHeader() of what is there", (response) => response.setHeader("x-own", "2")],
  ["appendHeader()", (response) => response.appendHeader("Set-Cookie", "b=2")],
  ["removeHeader()", (response) => response.removeHeader("X-Cff-Request-Id")],
  ["a Date", (response) => (response.setHeader("Date", "Late"), response.removeHeader("Date"))],
];

describe.each(gateways)("$name", (gateway) => {
  async function ask(writer: Writer, more: object = functions) {
    const { reported, options } = recordProblems(more);
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")).catch(String));
    return { bytes: withoutIds(bytes), reported: reported.map(({ status }) => status), answer: parseAnswer(bytes) };
  }

  describe.each(forms)("%s", (_form, write) => {
    it("sends what was written before something is thrown, and reports that", async () => {
      const writer: Writer = (_, response) => {
        write(response, good);
        throw new Error("s3cr3t");
      };
      const [inspected, plain] = [await ask(writer), await ask(writer, {})];
      expect([inspected.bytes, inspected.reported]).toEqual([plain.bytes, plain.reported]);
      expect([inspected.answer.status, inspected.reported]).toEqual([200, [500]]);
    });

    it("sends it, whoever destroys the response afterwards", async () => {
      const { bytes, reported } = await ask((_, response) => {
        write(response, good);
        response.destroy(new Error("s3cr3t"));
      });
      expect(bytes).toContain(good);
      expect(reported).toEqual([]);
    });

    it("answers for a failure all the same, and reports both", async () => {
      const { answer, bytes, reported } = await ask((_, response) => {
        write(response, bad);
        throw new Error("s3cr3t");
      });
      expect(assertContract(answer)).toMatchObject({ status: 504, error_code: "4010" });
      expect([reported, canary.test(bytes)]).toEqual([[500, 504], false]);
    });

    it.each(late)("does not change any more by %s", async (_what, act) => {
      const writer =
        (isLate: boolean): Writer =>
        (_, response) => {
          write(response, good);
          try {
            if (isLate) act(response);
          } catch {} // as Node does
        };
      const [inspected, plain] = [await ask(writer(true)), await ask(writer(false), {})];
      expect([inspected.bytes, inspected.reported]).toEqual([plain.bytes, plain.reported]);
      expect(inspected.answer.status).toBe(200);
    });
  });

  it("answers for a failure with the fields that it came with", async () => {
    const { answer } = await ask((_, response) => {
      response.writeHead(200, fields()).end(bad);
      response.setHeader("X-Late", "1");
    });
    expect([answer.status, answer.headers.get("x-own"), answer.headers.get("x-late")]).toEqual([504, "1", null]);
  });

  it("over HTTP/2", async () => {
    const { reported, options } = recordProblems(functions);
    const writer: Writer = (_, response) => {
      set(response).end(good);
      response.statusCode = 500;
      response.setHeader("X-Late", "1");
      throw new Error("s3cr3t");
    };
    const server = createHttp2Server(gateway.createHttp2(writer, options) as never).listen(0, "127.0.0.1");
    await once(server, "listening");
    const session = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ":path": "/" });
    const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
    const text = (await stream.setEncoding("utf8").toArray()).join("");
    session.destroy();
    server.close();
    expect([head[":status"], head["x-own"], head["x-late"], text]).toEqual([200, "1", undefined, good]);
    expect(reported).toMatchObject([{ status: 500 }]);
  });
});

describe.each([
  ["5", express],
  ["4", express4],
])("Express %s", (_version, framework) => {
  it("sends what was written before next() is called", async () => {
    const asked = async (more: object) => {
      const { reported, options } = recordProblems(more);
      const app = framework()
        .use(fgResponses(options))
        .use((_request, response, next) => (response.set("X-Cff-Request-Id", "cff").json({ paid: true }), next()))
        .use(fgErrors(options)) as Listener;
      const bytes = await withServer(app, (port) => exchange(port, request("GET /")));
      return { bytes: withoutIds(bytes), reported: reported.map(({ status }) => status) };
    };
    const [inspected, plain] = [await asked(functions), await asked({})];
    expect(inspected).toEqual(plain);
    expect(inspected.bytes).toContain(good);
  });
});
