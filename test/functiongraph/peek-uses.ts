// Replies that were inspected, and what their receivers do with them. A plain script, so that other versions of Node can run it too.
import { once } from "node:events";
import { createServer, get, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { upstream } from "@fg-errors/core/upstream";
import nodeFetch from "node-fetch";
// @ts-expect-error -- no types
import nodeFetch2 from "node-fetch2";
import { fetch as fetch7, request as request7 } from "undici";
import { fetch as fetch6, request as request6 } from "undici6";

const json = JSON.stringify({ id: 17, name: "Größe", note: "x".repeat(300) });
const long = JSON.stringify({ note: "x".repeat(200_000) });
const pieces = json.match(/[^]{1,40}/g)!;

/** What an upstream sends, all of it marked as an invocation's; undefined where it breaks off. */
const contents: Readonly<Record<string, { readonly send: RequestListener; readonly whole: string | undefined }>> = {
  "/at-once": { whole: json, send: (_request, response) => response.end(json) },
  "/with-a-length": {
    whole: json,
    send: (_request, response) => response.setHeader("Content-Length", Buffer.byteLength(json)).end(json),
  },
  "/in-pieces": {
    whole: json,
    async send(_request, response) {
      for (const piece of pieces) {
        response.write(piece);
        await wait(5);
      }
      response.end();
    },
  },
  "/slow": {
    whole: json,
    async send(_request, response) {
      response.write(pieces[0]!);
      await wait(1300); // longer than anybody waits for it
      response.end(pieces.slice(1).join(""));
    },
  },
  "/end-comes-late": {
    whole: json,
    async send(_request, response) {
      response.write(json);
      await wait(50);
      response.end();
    },
  },
  "/gzip": { whole: json, send: (_request, response) => response.setHeader("Content-Encoding", "gzip").end(gzipSync(json)) },
  "/array": { whole: "[1,2]", send: (_request, response) => response.end("[1,2]") },
  "/blanks": { whole: ` \n${json}`, send: (_request, response) => (response.write(" \n"), response.end(json)) },
  "/empty": { whole: "", send: (_request, response) => response.end() },
  "/no-length": { whole: "", send: (_request, response) => (response.flushHeaders(), response.end()) },
  "/long": { whole: long, send: (_request, response) => response.end(long) },
  "/cut": {
    whole: undefined,
    send({ socket }, response) {
      response.setHeader("Content-Length", 1000).write(json.slice(0, 100));
      setTimeout(() => socket.destroy(), 20);
    },
  },
};

/** @param url to be asked for; gives the text of its content in one of the ways that there are */
type Use = (url: string) => Promise<string>;

const options = { hiddenFailures: true };
const incoming = async (url: string) => (await once(get(url, { agent: false }), "response"))[0] as IncomingMessage;
const inspected = <R extends Parameters<typeof upstream>[0]>(call: R) => upstream(call, options);

const ofStreams: Readonly<Record<string, (stream: Readable) => Promise<string>>> = {
  "for await": async (stream) => texts(await stream.toArray()),
  async pipe(stream) {
    stream.on("error", (error) => sink.destroy(error)); // pipe() itself reports nothing
    stream.on("close", () => stream.readableEnded || sink.destroy(new Error("cut")));
    const sink = stream.pipe(new PassThrough({ highWaterMark: 16 }));
    return texts(await sink.toArray());
  },
  async data(stream) {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(stream, "end");
    return texts(chunks);
  },
  async "a later tick"(stream) {
    await wait(20);
    if (!stream.readableEnded) return texts(await stream.toArray());
    throw new Error("it ended before anybody listened");
  },
};

const texts = (chunks: readonly unknown[]) => {
  const octets = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as Uint8Array)));
  return String(octets[0] === 0x1f ? gunzipSync(octets) : octets);
};

const ofBodies = {
  text: async (reply: Body) => texts([Buffer.from(await reply.arrayBuffer())]),
  json: async (reply: Body) => JSON.stringify(await reply.json()),
};

interface Body {
  arrayBuffer(): Promise<ArrayBuffer>;
  json(): Promise<unknown>;
}

const uses: Readonly<Record<string, Use>> = Object.fromEntries<Use>([
  ...Object.entries(ofStreams).flatMap(([name, use]): [string, Use][] => [
    [`node:http, ${name}`, async (url) => use(await inspected(incoming(url)))],
    [`undici 7's request(), ${name}`, async (url) => use((await inspected(request7(url))).body)],
    [`undici 6's request(), ${name}`, async (url) => use((await inspected(request6(url))).body)],
  ]),
  ...Object.entries(ofBodies).flatMap(([name, use]): [string, Use][] => [
    [`undici 7's request(), ${name}`, async (url) => use((await inspected(request7(url))).body)],
    [`undici 6's request(), ${name}`, async (url) => use((await inspected(request6(url))).body)],
    [`fetch(), ${name}`, async (url) => use(await inspected(fetch(url)))],
    [`undici 7's fetch(), ${name}`, async (url) => use(await inspected(fetch7(url)))],
    [`undici 6's fetch(), ${name}`, async (url) => use(await inspected(fetch6(url)))],
    [`node-fetch 3, ${name}`, async (url) => use((await inspected(nodeFetch(url) as never)) as Body)],
    [`node-fetch 2, ${name}`, async (url) => use((await inspected((nodeFetch2 as typeof nodeFetch)(url) as never)) as Body)],
  ]),
  ["fetch(), a clone and itself", (url) => inspected(fetch(url)).then(twice)],
  ["fetch(), its body's reader", async (url) => texts(await chunksOf((await inspected(fetch(url))).body))],
  ["undici 7's request(), a chunk and the rest", async (url) => parts((await inspected(request7(url))).body)],
  ["node:http, inspected twice", async (url) => texts(await (await inspected(inspected(incoming(url)))).toArray())],
]);

async function twice(reply: Response): Promise<string> {
  const [one, other] = await Promise.all([reply.clone().text(), reply.text()]);
  if (one !== other) throw new Error("the clone differs");
  return other;
}

async function chunksOf(body: ReadableStream<Uint8Array> | null): Promise<Uint8Array[]> {
  const chunks = [];
  for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return chunks;
}

async function parts(body: Readable): Promise<string> {
  const chunks = [];
  for await (const chunk of body) chunks.push(chunk);
  return texts(chunks);
}

/** Every use of every content at once. @returns those that went wrong */
export async function wrongUses(): Promise<string[]> {
  const server = createServer((request, response) => {
    response.setHeader("Content-Type", "application/json").setHeader("X-Cff-Request-Id", "cff");
    void contents[request.url!]!.send(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const at = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const outcomes = Object.entries(uses).flatMap(([name, use]) =>
    Object.entries(contents).map(async ([path, { whole }]) => {
      const isJson = name.endsWith("json");
      if (isJson && (whole === "" || (path === "/gzip" && name.includes("request")))) return []; // no JSON, or not yet
      if (path === "/cut" && name.startsWith("node-fetch 2")) return []; // which waits for ever, inspected or not
      const wanted = isJson ? whole?.trim() : whole;
      const late = wait(10_000, "nothing, for 10 s", { ref: false });
      const got = await Promise.race([use(at + path), late]).catch((error: unknown) => error);
      const isRight = wanted === undefined ? got instanceof Error : got === wanted;
      return isRight ? [] : [`${name} of ${path}: ${String(got).slice(0, 200)}`];
    }),
  );
  const wrong = (await Promise.all(outcomes)).flat();
  server.close();
  server.closeAllConnections();
  return wrong;
}
