// A response that breaks while it waits for its turn behind another one: the connection ends when its turn comes. Node 24 and later only
// mark such a response, and would send what there is of it and then nothing more, for ever.
import type { IncomingMessage, ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { hosts } from "../hosts.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";

const kept = { Connection: "keep-alive" };
const pipelined = request("POST /act", kept) + request("GET /act", kept) + request("GET /act", kept);

/** What is sent of the second response before it breaks. */
const beginnings: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  "with a length": (response) => response.writeHead(200, { "Content-Length": 100 }).write("s3cr3t"),
  "in chunks": (response) => response.write("s3cr3t"),
  "by its head alone": (response) => response.flushHeaders(),
};

describe.each(hosts)("$name", ({ create }) => {
  it.each(Object.entries(beginnings))("cuts a response in its turn that has begun %s", async (_what, begin) => {
    let cut = () => {};
    const isCut = new Promise<void>((resolve) => (cut = resolve));
    const act = ({ method }: IncomingMessage, response: ServerResponse) => {
      if (method === "POST") return isCut.then(() => response.writeHead(200).end("first"));
      begin(response);
      throw new Error("s3cr3t");
    };
    const listener = create(async (...both) => act(...both), { onError: () => void setImmediate(cut) });
    const bytes = await withServer(listener, (port) => exchange(port, pipelined));
    expect(parseAnswer(bytes)).toMatchObject({ status: 200 });
    expect(bytes).toContain("first");
    expect(bytes).not.toContain("s3cr3t");
  });
});
