// What an upstream's error content costs a gateway: a process of its own, so that nobody else's memory is counted.
import { readFileSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { startExample } from "./start.js";

const mebibyte = 1024 * 1024;

/** An error of so many octets: 100 MiB, and more than any gateway has memory for. */
const sizes = [100 * mebibyte, Infinity];

/** MiB that the garbage of a few requests may take. The smaller content would not fit in. */
const most = 30;

describe.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  it("needs no more memory for an error of 100 MiB, or one without end, than for a small one", async () => {
    await withServer(failing, async (upstream) => {
      const { port, pid } = await startExample(name, { UPSTREAM: `http://127.0.0.1:${upstream}` });
      const ask = async (octets: number) =>
        assertContract(parseAnswer(await exchange(port, request(`GET /${octets}`)))) as { status: number };
      for (let times = 0; times < 20; times++) expect(await ask(1000)).toMatchObject({ status: 500 });
      const peak = peakOf(pid);
      const before = peak();
      for (const octets of sizes)
        for (let times = 0; times < 5; times++) expect(await ask(octets)).toMatchObject({ status: 500 });
      expect((peak() - before) / mebibyte).toBeLessThan(most);
    });
  });
});

describe.each(["express-gateway", "koa-gateway"])("%s", (name) => {
  it("needs no more memory for content that comes octet by octet", async () => {
    await withServer(dripping, async (upstream) => {
      const { port, pid } = await startExample(name, { UPSTREAM: `http://127.0.0.1:${upstream}` });
      const ask = () => exchange(port, request("GET /"));
      await ask();
      const peak = peakOf(pid);
      const before = peak();
      for (const bytes of await Promise.all(Array.from({ length: 20 }, ask))) assertContract(parseAnswer(bytes));
      expect((peak() - before) / mebibyte).toBeLessThan(100); // each used to take 18
    });
  });
});

/** A 500 of many chunks, each of one octet. */
const dripping: RequestListener = (_request, response) => {
  response.writeHead(500, { "Content-Type": "text/plain" });
  response.socket!.cork();
  for (let octets = 0; octets < 60_000; octets++) response.write("x");
  response.socket!.uncork();
  response.end();
};

const chunk = Buffer.alloc(mebibyte, "s3cr3t ");

/** A 500 of as many octets as the path says, as fast as they are taken. */
const failing: RequestListener = ({ url = "" }, response) => {
  let left = Number(url.slice(1));
  response.writeHead(500, { "Content-Type": "text/plain" });
  const write = () => {
    while (left > 0 && !response.destroyed) {
      const octets = Math.min(left, mebibyte);
      left -= octets;
      if (!response.write(chunk.subarray(0, octets))) return void response.once("drain", write);
    }
    response.end();
  };
  write();
};

/** The most octets that a process has had in memory, from now on (proc(5)). */
function peakOf(pid: number): () => number {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
  return () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) * 1024;
}
