// What a request for an upgrade brings along that node:http's client refuses, or that would be taken for another request.
import { connect } from "node:net";
import { Agent } from "node:http";
import { describe, expect, it } from "vitest";
import { exchange } from "../wire.js";
import { startCountingUpstream } from "./counting-upstream.js";
import { behind, libraries } from "./proxy-libraries.js";

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";

const fields: readonly (readonly [fields: string, octets?: string])[] = [
  ["Trailer: x"],
  ["Expect: 100-continue"],
  ["Expect: 100-continue\r\nTrailer: x"],
  ["TE: trailers\r\nKeep-Alive: timeout=5\r\nProxy-Connection: keep-alive"],
  [`Content-Length: ${smuggled.length}`, smuggled],
  [`Expect: 100-continue\r\nContent-Length: ${smuggled.length}`, smuggled],
  ["Transfer-Encoding: chunked\r\nTrailer: x", `${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`],
];

/** A library that says nothing before node:http has written the head gets such requests from guardServer() without the field. */
const isUnseen = (name: string, more: string) => name.startsWith("http-proxy-middleware") && more.startsWith("Expect");

it.each(libraries.filter(({ name }) => isUnseen(name, "Expect")))("$name refuses Expect by itself", async (library) => {
  const upstream = await startCountingUpstream();
  try {
    const head = "GET /ws HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nExpect: 100-continue\r\n\r\n";
    const bytes = await behind(library, upstream.port, {}, (port) => exchange(port, head));
    expect(bytes).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.requests).toEqual([]);
  } finally {
    upstream.close();
  }
});

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  it.each(fields.filter(([more]) => !isUnseen(library.name, more)))("%s", async (more, octets = "") => {
    const upstream = await startCountingUpstream();
    const agent = new Agent({ keepAlive: true });
    try {
      await behind(library, upstream.port, { settings: { agent } }, async (port) => {
        const head = `GET /ws HTTP/1.1\r\nHost: gateway.example\r\nUpgrade: websocket\r\nConnection: Upgrade, TE\r\n${more}\r\n\r\n`;
        const socket = connect(port, "127.0.0.1");
        socket.write(head + octets);
        const chunks = await socket.toArray();
        expect(String(Buffer.concat(chunks))).toMatch(/^HTTP\/1\.1 502 /); // the upstream upgrades nothing
      });
      expect(upstream.requests.map(({ line }) => line)).toEqual(["GET /ws HTTP/1.1"]);
      const [request] = upstream.requests;
      expect(request!.fields).toMatchObject({ upgrade: "websocket", connection: "Upgrade" });
      expect(Object.keys(request!.fields)).not.toEqual(expect.arrayContaining(["trailer"]));
      for (const name of ["te", "expect", "keep-alive", "content-length", "transfer-encoding"])
        expect(request!.fields).not.toHaveProperty(name);
      expect(upstream.rest()).toEqual([]);
    } finally {
      agent.destroy();
      upstream.close();
    }
  });
});
