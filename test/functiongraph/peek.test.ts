// Looking into content that stays unread: whoever receives it notices nothing.
import { execFile } from "node:child_process";
import { once } from "node:events";
import { Readable } from "node:stream";
import { promisify } from "node:util";
import { upstream, type Reply } from "@fg-errors/core/upstream";
import { describe, expect, it, vi } from "vitest";
import { patience } from "../patience.js";
import { wrongUses } from "./peek-uses.js";
import { failure, invoked } from "./replies-of-functions.js";

const here = (path: string) => new URL(path, import.meta.url).pathname;

describe.concurrent("what was inspected", () => {
  it("can be used in every way", async () => {
    expect(await wrongUses()).toEqual([]);
  });

  it("can be used so on Node 26", async () => {
    const script = `import { wrongUses } from "${here("peek-uses.ts")}"; console.log(JSON.stringify(await wrongUses()));`;
    const { stdout } = await promisify(execFile)(here("../node_modules/node-26/bin/node"), ["--input-type=module", "-e", script]);
    expect(JSON.parse(stdout)).toEqual([]);
  });
});

// Not beside those: they keep the event loop busy, and an inspection ends after a second.
describe("the inspection of content", () => {
  const options = { hiddenFailures: true };
  const head = { "content-type": "application/json", "x-cff-request-id": "cff" };
  const failed = JSON.stringify(failure("invoke timed out"));
  const replyOf = (body: Readable, encoding?: string): Reply => ({
    statusCode: 200,
    headers: encoding ? { ...head, "content-encoding": encoding } : head,
    body,
  });

  it.each([
    ["a stream of octets", () => Readable.from([Buffer.from(failed)], { objectMode: false })],
    ["a stream of objects", () => Readable.from([failed.slice(0, 9), failed.slice(9)])],
    ["a stream that gives text", () => Readable.from([Buffer.from(failed)], { objectMode: false }).setEncoding("utf8")],
    ["a stream that begins with blanks", () => Readable.from(piecemeal(" ", "\r\n", failed))],
    ["a stream that is paused", () => Readable.from([Buffer.from(failed)], { objectMode: false }).pause()],
  ])("may be %s", async (_what, create) => {
    await expect(upstream(replyOf(create()), options)).rejects.toThrow("The upstream answered 200");
  });

  it.each([
    ["text", () => Readable.from([Buffer.from('{"a":'), Buffer.from("1}")], { objectMode: false }).setEncoding("utf8")],
    ...(["latin1", "hex", "base64", "utf16le"] as const).map((coding): [string, () => Readable] => [
      `text in ${coding}`,
      () => Readable.from([Buffer.from('{"a":"é'), Buffer.from('ö"}')], { objectMode: false }).setEncoding(coding),
    ]),
    ["objects", () => Readable.from(['{"a":', "1}"])],
    ["what is neither octets nor text", () => Readable.from([{}, { a: 1 }])],
  ])("gives %s as before", async (_what, create) => {
    const body = create();
    await upstream(replyOf(body), options);
    const [before, after] = [await create().toArray(), await body.toArray()];
    const isText = (chunks: unknown[]) => chunks.every((chunk) => typeof chunk === "string");
    if (isText(before)) expect([isText(after), after.join("")]).toEqual([true, before.join("")]);
    else expect(after).toEqual(before);
  });

  it("puts back thousands of octets that came one by one as one", async () => {
    const body = new Readable({ read() {} });
    const inspected = upstream(replyOf(body), options);
    for (const octet of `{${" ".repeat(5000)}}`) {
      body.push(octet);
      await new Promise<void>((resolve) => process.nextTick(resolve));
    }
    body.push(null);
    await inspected;
    const lengths: number[] = [];
    await once(
      body.on("data", (chunk: Buffer) => lengths.push(chunk.length)),
      "end",
    );
    expect(lengths).toEqual([5002]);
  });

  it.each<[string, (body: Readable) => unknown]>([
    ["flows", (body) => body.resume()],
    ["is listened to", (body) => body.on("data", () => {})],
    ["is waited for", (body) => body.on("readable", () => {})],
    ["was begun", (body) => body.read(1)],
    ["was destroyed", (body) => body.destroy()],
  ])("is left alone where it %s already", async (what, begin) => {
    let reads = 0;
    const body = new Readable({ read: () => void reads++ });
    body.push(failed);
    begin(body);
    const before = [reads, body.readableLength, body.listenerCount("readable"), body.listenerCount("data")];
    const call = upstream(replyOf(body), options);
    if (what === "was destroyed") return expect(call).rejects.toThrow("http_response_incomplete");
    await call;
    expect([reads, body.readableLength, body.listenerCount("readable"), body.listenerCount("data")]).toEqual(before);
  });

  it("keeps no listener but one that ignores", async () => {
    const body = Readable.from([Buffer.from("{}")], { objectMode: false });
    const before = body.eventNames();
    await upstream(replyOf(body), options);
    expect(new Set(body.eventNames())).toEqual(new Set([...before, "error"]));
    expect(body).toMatchObject({ readableFlowing: null, readableDidRead: false, readableLength: 2 });
  });

  it("announces the content to whoever reads next", async () => {
    const body = new Readable({ read() {} });
    const call = upstream(replyOf(body), options).then(() => once(body, "readable", { signal: AbortSignal.timeout(patience) }));
    await new Promise(setImmediate);
    body.push("{}");
    await new Promise(setImmediate);
    await Promise.resolve(); // what comes in a promise's wake is followed by promises first, and by ticks then
    body.push(null);
    await call;
  });

  it.each([false, true])("takes no more than is looked at (objectMode: %s)", async (objectMode) => {
    let octets = 0;
    const chunk = Buffer.from(`{${" ".repeat(1023)}`);
    const read = () => void (octets < 1e6 && body.push(((octets += chunk.length), chunk)));
    const body = new Readable({ objectMode, highWaterMark: objectMode ? 1 : 1024, read });
    await upstream(replyOf(body), { ...options, errorBodyLimit: 8192 });
    expect(octets).toBeLessThan(8192 + 5 * 1024);
    const given = octets;
    for (let left = given; left > 0;) left -= (body.read(objectMode ? undefined : 1024) as Buffer).length;
  });

  it("closes the connection of a fetched reply that nobody wants", async () => {
    const cancel = vi.fn();
    const endless = new ReadableStream({ pull: (stream) => stream.enqueue(Buffer.alloc(1024, "{")), cancel });
    const reply = await upstream(new Response(endless, { headers: head }), { ...options, errorBodyLimit: 2048 });
    await reply.body!.cancel();
    expect(cancel).toHaveBeenCalledOnce();
  });

  it("is not inspected with a coding that nobody knows", async () => {
    const body = Readable.from([Buffer.from(failed)], { objectMode: false });
    await upstream(replyOf(body, "compress"), options);
    expect(body.readableLength).toBe(0);
    expect(String(await body.toArray())).toBe(failed);
  });

  it("is not inspected where it cannot be copied", async () => {
    const headers = new Headers({ "Content-Type": "application/json", ...invoked });
    const odd = { status: 200, headers, body: new Response(failed).body! };
    expect(await upstream(odd, options)).toBe(odd);
    expect(await new Response(odd.body).text()).toBe(failed);
    const used = new Response(failed, { headers });
    await used.text();
    expect(await upstream(used, options)).toBe(used);
  });
});

async function* piecemeal(...pieces: readonly string[]) {
  for (const piece of pieces) {
    yield piece;
    await new Promise(setImmediate);
  }
}
