// How an error reply's content is read: every kind of reply, content coding and limit.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { createServer as createHttp2Server, connect, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import * as zlib from "node:zlib";
import type { Problem } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { discardContent, headOf } from "../../packages/core/src/reply/reply.js";
import { patience, scaled } from "../patience.js";
import { withServer } from "../wire.js";
import { endless } from "./endless.js";
import { replyKinds } from "./reply-kinds.js";

const { deflateRawSync, deflateSync, gzipSync: gzip } = zlib;

/** The highest quality, which is the default, takes seconds for a bomb. */
const br = (content: Buffer | string) =>
  zlib.brotliCompressSync(content, { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 4 } });
const words = "No such order";
const nothing = "Nothing was found at this address.";
const zstd = Buffer.from("KLUv/SANaQAATm8gc3VjaCBvcmRlcg==", "base64");
const zstdOfGzip = Buffer.from("KLUv/SAhCQEAH4sIAAAAAAAAA/PLVyguTc5QyC9KSS0CAF/bleENAAAA", "base64");
/** A 404 of plain text. */
const replying =
  (content: Buffer | string, headers: Readonly<Record<string, string | string[]>> = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(404, { "Content-Type": "text/plain", ...headers }).end(content);

const inUndicisForm = (content: string | Buffer, headers: IncomingHttpHeaders = {}, statusCode = 404) => ({
  statusCode,
  headers: { "content-type": "text/plain", ...headers },
  body: Readable.from([content]),
});

describe.each(replyKinds)("a reply of $name kind", ({ ask, decodes }) => {
  const normalized = (listener: RequestListener, errorBodyLimit?: number): Promise<Problem> =>
    withServer(listener, async (port) =>
      normalizeUpstream(await ask(port), errorBodyLimit === undefined ? {} : { errorBodyLimit }),
    );

  it.each([
    ["gzip", gzip(words)],
    ["x-gzip", gzip(words)],
    ["GZip", gzip(words)],
    ["identity", Buffer.from(words)],
    ["deflate", deflateSync(words)],
    ["deflate", deflateRawSync(words)],
    ["br", br(words)],
    ["gzip, br", br(gzip(words))],
    ["deflate, gzip, br", br(gzip(deflateSync(words)))],
  ])("understands %s", async (coding, content) => {
    expect((await normalized(replying(content, { "Content-Encoding": coding }))).detail).toBe(words);
  });

  it.each([
    ["zstd", zstd],
    ["gzip, zstd", zstdOfGzip],
  ])("understands %s where Node does", async (coding, content) => {
    const { detail } = await normalized(replying(content, { "Content-Encoding": coding }));
    expect(detail).toBe("createZstdDecompress" in zlib ? words : nothing);
  });

  it.each([
    ["gzip, gzip, gzip, gzip", gzip(gzip(gzip(gzip("s3cr3t"))))],
    ["compress", Buffer.from("s3cr3t")],
    ["gzip", Buffer.from("s3cr3t")],
    ["br", Buffer.from("s3cr3t")],
  ])("takes nothing from what says it is %s", async (coding, content) => {
    expect((await normalized(replying(content, { "Content-Encoding": coding }))).detail).toBe(nothing);
  });

  it.each([
    ["as long as", words, 13, words],
    ["longer than", words, 7, "No such"],
    ["in the middle of a character at", `${words}€`, 14, words],
    ["not to be read by", words, 0, nothing],
  ])("may be %s the limit", async (_what, content, limit, expected) => {
    expect((await normalized(replying(content), limit)).detail).toBe(expected);
  });

  it("nothing that is cut is taken for JSON", async () => {
    const listener = replying('{"message":"s3cr3t", "code": "A.1"}', { "Content-Type": "application/json" });
    expect(await normalized(listener, 34)).toMatchObject({ detail: nothing, code: "FSS.0404" });
    expect(await normalized(listener, 35)).toMatchObject({ detail: "s3cr3t", code: "A.1" });
  });

  it("says what came before it broke", async () => {
    const { detail } = await normalized((_request, response) => {
      response.writeHead(404, { "Content-Type": "text/plain", "Content-Length": "100" });
      response.write(words, () => setImmediate(() => response.destroy()));
    });
    expect(detail).toBe(words);
  });

  it.runIf(!decodes).each([
    ["gzip", gzip(words).subarray(0, -8)],
    ["deflate", deflateSync(words).subarray(0, -4)],
    ["deflate", deflateRawSync(words).subarray(0, -1)],
    ["br", br(words).subarray(0, -1)],
  ])("loses nothing with the last octets of %s", async (coding, content) => {
    expect((await normalized(replying(content, { "Content-Encoding": coding }))).detail).toBe(words);
  });

  it.runIf(!decodes).each<readonly [what: string, spoil: (content: Buffer) => Buffer]>([
    ["cut", (content: Buffer) => content.subarray(0, -9)],
    ["broken at its end", (content: Buffer) => Buffer.concat([content.subarray(0, -8), Buffer.alloc(8)])],
    ["followed by something else", (content: Buffer) => Buffer.concat([content, Buffer.from("s3cr3t")])],
  ])("says what can be had of a coding that is %s", async (_what, spoil) => {
    const text = Array.from({ length: 200 }, (_, index) => `word${index}`).join(" ");
    const { detail } = await normalized(replying(spoil(gzip(text)), { "Content-Encoding": "gzip" }));
    expect(detail.slice(0, 900)).toBe(text.slice(0, 900));
  });

  it.each([
    ["identity", 65_536, 1000],
    ["gzip", 65_536, 1000],
    ["identity", 1, 1],
    ["identity", 0, nothing.length],
    ["secret", 65_536, nothing.length],
  ])("cancels an endless one (%s) when it has read enough: %i octets", async (coding, errorBodyLimit, length) => {
    const upstream = endless(coding);
    await withServer(upstream.listener, async (port) => {
      expect((await normalizeUpstream(await ask(port), { errorBodyLimit })).detail).toHaveLength(length);
      await upstream.closed;
    });
    expect(upstream.written()).toBeLessThan(5_000_000);
  });

  it("destroys one that is discarded, also twice", async () => {
    const upstream = endless("identity");
    await withServer(upstream.listener, async (port) => {
      const reply = await ask(port);
      discardContent(reply);
      discardContent(reply);
      await upstream.closed;
    });
  });

  it("may have been read before", async () => {
    await withServer(replying("s3cr3t"), async (port) => {
      const reply = await ask(port);
      await normalizeUpstream(reply);
      const started = performance.now();
      expect(await normalizeUpstream(reply)).toMatchObject({ status: 404, detail: nothing });
      expect(performance.now() - started).toBeLessThan(scaled(500));
      discardContent(reply);
    });
  });

  it("has a head", async () => {
    const fields = { "X-A": "1", "Set-Cookie": ["a=1", "b=2"], "Proxy-Status": ["a", "b"] };
    const head = await withServer(replying("", fields), async (port) => headOf(await ask(port)));
    expect(head).toMatchObject({ status: 404, headers: { "x-a": "1", "set-cookie": ["a=1", "b=2"] } });
    expect(String(head.headers["proxy-status"])).toMatch(/^a, ?b$/);
  });

  it("has no content when it answers a HEAD", async () => {
    const listener = replying("s3cr3t", { "Content-Encoding": "gzip" });
    const found = await withServer(listener, async (port) => normalizeUpstream(await ask(port, "HEAD")));
    expect(found).toMatchObject({ status: 404, detail: nothing });
  });
});

it.each([
  ["gzip", (content: Buffer) => gzip(content)],
  ["deflate", (content: Buffer) => deflateSync(content)],
  ["br", (content: Buffer) => br(content)],
  ["gzip, gzip", (content: Buffer) => gzip(gzip(content))],
])("a bomb of %s goes off in small", async (coding, compress) => {
  const bomb = compress(Buffer.alloc(100_000_000, "a "));
  const before = process.memoryUsage().rss;
  expect((await normalizeUpstream(inUndicisForm(bomb, { "content-encoding": coding }))).detail).toHaveLength(1000);
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000);
});

it("a reply of HTTP/2 fits when it is put in undici's form", async () => {
  const server = createHttp2Server(
    (_request, response) => void response.writeHead(404, { "content-type": "text/plain" }).end(words),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const body = session.request({ ":path": "/" });
  const [headers] = (await once(body, "response")) as [IncomingHttpHeaders];
  expect(await normalizeUpstream({ statusCode: headers[":status"] as unknown as number, headers, body })).toMatchObject({
    detail: words,
  });
  session.close();
  server.close();
});

it("waits for a second, not for ever, also for a stream that cannot be destroyed", async () => {
  const started = performance.now();
  const stuck = new Readable({ read() {}, destroy() {} });
  stuck.push(words);
  const web = new Response(
    new ReadableStream({ start: (own) => own.enqueue(Buffer.from(words)), cancel: () => new Promise(() => {}) }),
    {
      status: 404,
      headers: { "content-type": "text/plain" },
    },
  );
  for (const found of await Promise.all([{ ...inUndicisForm(""), body: stuck }, web].map((reply) => normalizeUpstream(reply))))
    expect(found.detail).toBe(words);
  expect(performance.now() - started).toBeLessThan(patience);
});

it.each<readonly [what: string, body: Readable | null | undefined]>([
  ["nothing", null],
  ["nothing at all", undefined],
  ["objects", Readable.from([{ length: 5 }, 17, Symbol("a")])],
  ["a stream that was destroyed", new PassThrough().destroy()],
  ["a stream that fails", new Readable({ read() { this.destroy(new Error("s3cr3t")); } })], // prettier-ignore
])("a body of %s says nothing", async (_what, body) => {
  expect(await normalizeUpstream({ ...inUndicisForm(""), body })).toMatchObject({ status: 404, detail: nothing });
});

it("a web stream that somebody else reads is left to them", async () => {
  const reply = new Response("s3cr3t", { status: 404 });
  const reader = reply.body!.getReader();
  discardContent(reply);
  expect(await normalizeUpstream(reply)).toMatchObject({ status: 404, detail: nothing });
  expect(Buffer.from((await reader.read()).value!).toString()).toBe("s3cr3t");
});

it.each([0, 99, 199, 600, 999])("a status of %i is a fault of the protocol", async (status) => {
  const reply = inUndicisForm("s3cr3t", { "retry-after": "5" }, status);
  expect(await normalizeUpstream(reply)).toMatchObject({
    status: 502,
    receivedStatus: status,
    upstreamStatus: status,
    proxyError: "http_protocol_error",
    code: "FSS.0502",
    detail: expect.not.stringContaining("s3cr3t"),
  });
  expect(reply.body.destroyed).toBe(true);
});
