// Content that nobody reads to its end does not block the connection, whatever the request's fields say of it.
import type { IncomingMessage } from "node:http";
import { Writable } from "node:stream";
import { problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { hosts } from "../hosts.js";
import { exchange, request, withServer } from "../wire.js";

const content = "x".repeat(1_000_000);

/** Ways in which the fields come to say nothing. */
const ways = [
  { name: "said so", fields: {}, forget: () => {} },
  { name: "been forgotten", fields: {}, forget: ({ headers }: IncomingMessage) => void delete headers["content-length"] },
  {
    name: "too many others before",
    fields: Object.fromEntries(Array.from({ length: 2000 }, (_, at) => [`a${at}`, ""])),
    forget: () => {},
  },
];

describe.each(hosts)("$name", ({ create }) => {
  it.each(ways)("content whose length has $name", async ({ fields, forget }) => {
    const listener = create(async (incoming) => {
      if (incoming.method !== "POST") throw problem(404);
      forget(incoming);
      incoming.pipe(new Writable({ write() {} })); // takes the first octets, and no more
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw problem(409);
    });
    const length = { "Content-Length": String(content.length) };
    const first = request("POST /act", { Connection: "keep-alive", ...fields, ...length }) + content;
    const bytes = await withServer(listener, (port) => exchange(port, first + request("GET /act")));
    expect(bytes.match(/HTTP\/1\.1 \d{3}/g)).toEqual(["HTTP/1.1 409", "HTTP/1.1 404"]);
  });
});
