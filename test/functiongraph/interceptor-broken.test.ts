// What breaks while a writer's success is inspected, and who leaves.
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { gateways, recordProblems, type Writer } from "../interceptor/interceptor-gateways.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { canary, client } from "./proxy-replies.js";

const fields = { "Content-Type": "application/json", "X-Cff-Request-Id": "cff", "X-Cff-Function-Log": "s3cr3t" };

describe.each(gateways)("$name", (gateway) => {
  async function ask(writer: Writer) {
    const { reported, options } = recordProblems({ hiddenFailures: true });
    const bytes = await withServer(gateway.create(writer, options), (port) => exchange(port, request("GET /")).catch(String));
    return { bytes, reported, answer: parseAnswer(bytes) };
  }

  it.each<[string, Writer]>([
    ["a stream that is piped", (_, response) => breaking().pipe(response.writeHead(200, fields))],
    ["stream.pipeline()", (_, response) => pipeline(breaking(), response.writeHead(200, fields)).catch(() => {})],
    ["destroy(error)", (_, response) => (response.writeHead(200, fields).write("{"), response.destroy(new Error("s3cr3t")))],
  ])("answers for what breaks before it is known: %s", async (_what, writer) => {
    const { answer, bytes, reported } = await ask(writer);
    assertContract(answer);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(bytes).not.toMatch(canary);
    expect(reported).toHaveLength(1);
  });

  it("answers a failure whose content breaks", async () => {
    const head = { "X-Func-Err-Code": "4140" };
    const { answer, reported } = await ask((_, response) => breaking().pipe(response.writeHead(200, head)));
    expect(assertContract(answer)).toMatchObject({ status: 400, error_code: "4140" });
    expect(reported).toHaveLength(1);
  });

  it("cuts what breaks afterwards", async () => {
    const { bytes, reported } = await ask((_, response) => {
      const source = new Readable({ read() {} });
      source.pipe(response.writeHead(200, fields));
      source.push(Buffer.alloc(100_000, "{"));
      response.once("drain", () => setTimeout(() => source.destroy(new Error("s3cr3t")), 20));
    });
    expect(bytes).not.toMatch(/\r\n0\r\n\r\n|error_code/);
    expect(reported).toHaveLength(1);
  });

  it("answers for what the writer throws before it is known", async () => {
    const { answer, bytes } = await ask((_, response) => {
      response.writeHead(200, fields).write('{"id":17}');
      throw new Error("s3cr3t");
    });
    expect(assertContract(answer)).toMatchObject({ status: 500 });
    expect(bytes).not.toMatch(canary);
  });

  it.each([
    ["ERR_INVALID_ARG_TYPE", { not: "octets" }],
    ["ERR_STREAM_NULL_VALUES", null],
  ])("throws what Node would have thrown at its writer: %s", async (code, content) => {
    const { bytes, reported } = await ask((_, response) => {
      response.writeHead(200, fields).write("{");
      response.write(content as never);
    });
    expect(bytes).not.toMatch(/\r\n0\r\n\r\n/);
    expect(reported).toMatchObject([{ status: 500, cause: { code } }]);
  });

  it("turns the writer away when the client leaves meanwhile", async () => {
    const { reported, options } = recordProblems({ hiddenFailures: true });
    const source = new Readable({ read() {} });
    let arrive = () => {};
    const arrived = new Promise<void>((resolve) => (arrive = resolve));
    const turnedAway = vi.fn();
    const writer: Writer = async (_, response) => {
      source.pipe(response.writeHead(200, fields));
      response.once("close", () => response.write("more", turnedAway));
      source.push("{");
      await new Promise((resolve) => setImmediate(resolve));
      arrive();
    };
    await withServer(gateway.create(writer, options), async (port) => {
      const { socket } = await client(port, request("GET /"));
      await arrived;
      socket.destroy();
      if (!source.closed) await once(source, "close");
      await eventually(() => expect(turnedAway.mock.calls).toMatchObject([[{ code: "ERR_STREAM_DESTROYED" }]]));
      expect(reported).toEqual([]);
    });
  });
});

/** Content that breaks after its first octets. */
function breaking(): Readable {
  const source = new Readable({ read() {} });
  source.push('{"first":');
  setTimeout(() => source.destroy(new Error("s3cr3t")), 20);
  return source;
}
