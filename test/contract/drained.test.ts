// Content that nobody reads to its end does not block the connection, whatever the request's fields say of it.
import { createServer, type IncomingMessage } from "node:http";
import { Writable } from "node:stream";
import { problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it } from "vitest";
import { hosts } from "../hosts.js";
import { nodeVersion } from "../node-version.js";
import { exchange, request, withServer } from "../wire.js";

const content = "x".repeat(1_000_000);

const both = [409, 404];

/** Ways in which the fields come to say nothing. */
const ways = [
  { name: "said so", fields: {}, forget: () => {}, answers: both },
  {
    name: "been forgotten",
    fields: {},
    forget: ({ headers }: IncomingMessage) => void delete headers["content-length"],
    answers: both,
  },
  {
    name: "too many others before",
    fields: Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`a${at}`, ""])),
    forget: () => {},
    answers: nodeVersion < 24 ? both : [400], // Node 20 leaves out the fields beyond its server's limit, later ones refuse the request
  },
];

describe.each(hosts)("$name", ({ create }) => {
  it.each(ways)("content whose length has $name", async ({ fields, forget, answers }) => {
    const listener = create(async (incoming) => {
      if (incoming.method !== "POST") throw problem(404);
      forget(incoming);
      await new Promise<void>((resolve) => incoming.pipe(new Writable({ write: () => resolve() }))); // takes the first octets, and no more
      throw problem(409);
    });
    const length = { "Content-Length": String(content.length) };
    const first = request("POST /act", { Connection: "keep-alive", ...fields, ...length }) + content;
    // Guarded, for an answer that lives on while the client still sends: Node's own may be lost to a reset.
    const server = answers === both ? createServer(listener) : guardServer(createServer(listener));
    const bytes = await withServer(server, (port) => exchange(port, first + request("GET /act")));
    expect(bytes.match(/HTTP\/1\.1 \d{3}/g)).toEqual(answers.map((status) => `HTTP/1.1 ${status}`));
  });
});
