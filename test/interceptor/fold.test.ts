// success: "fold": every success but a part leaves as a 200 or a 204.
import type { ServerResponse } from "node:http";
import { fgErrors, fgResponses } from "@fg-errors/koa";
import Koa from "koa";
import Koa2 from "koa2";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, type Listener } from "./interceptor-gateways.js";

const options = { success: "fold", proxyName: "edge" } as const;
const typed = { "Content-Type": "application/json" };

interface Case {
  readonly name: string;
  readonly write: (response: ServerResponse) => unknown;
  readonly status: number;
  readonly text?: string;
  /** What Proxy-Status names. */
  readonly received?: number;
}

const empty = { ...typed, "Content-Length": 0 };

const cases: readonly Case[] = [
  { name: "a 201", write: (response) => response.writeHead(201, typed).end("{}"), status: 200, text: "{}", received: 201 },
  {
    name: "an implied 202",
    write: (response) => ((response.statusCode = 202), response.end("{}")),
    status: 200,
    text: "{}",
    received: 202,
  },
  {
    name: "a 201 that says it is empty",
    write: (response) => response.writeHead(201, "Made", empty).end(),
    status: 204,
    received: 201,
  },
  {
    name: "a 202 that ends at once",
    write: (response) => ((response.statusCode = 202), response.setHeader("Content-Type", "x"), response.end()),
    status: 204,
    received: 202,
  },
  { name: "a 205", write: (response) => response.writeHead(205).end(), status: 204, received: 205 },
  { name: "a 200", write: (response) => response.writeHead(200, typed).end("{}"), status: 200, text: "{}" },
  { name: "a 204", write: (response) => response.writeHead(204).end(), status: 204 },
  {
    name: "a 206",
    write: (response) => response.writeHead(206, { "Content-Range": "bytes 0-1/4" }).end("{}"),
    status: 206,
    text: "{}",
  },
  { name: "a 302", write: (response) => response.writeHead(302, { "Content-Length": 0 }).end(), status: 302 },
  { name: "a 304", write: (response) => response.writeHead(304, { ETag: '"1"' }).end(), status: 304 },
];

describe.each(gateways)("$name", (gateway) => {
  it.each(cases)("$name leaves as a $status", async ({ write, status, text = "", received }) => {
    const bytes = await withServer(
      gateway.create((_request, response) => void write(response), options),
      (port) => exchange(port, request("GET /")),
    );
    const answer = parseAnswer(bytes);
    expect(answer.status).toBe(status);
    expect(answer.text.replace(/^2\r\n({})\r\n0\r\n\r\n$/, "$1")).toBe(text);
    if (status === 204) for (const name of ["content-type", "content-length"]) expect(answer.headers.has(name)).toBe(false);
    expect(answer.headers.get("proxy-status")).toBe(received ? `edge;received-status=${received}` : null);
    expect(bytes).not.toContain("Made");
  });

  it("keeps the status of a HEAD whose content nobody knows", async () => {
    const bytes = await withServer(
      gateway.create((_request, response) => void ((response.statusCode = 201), response.end()), options),
      (port) => exchange(port, request("HEAD /")),
    );
    expect(parseAnswer(bytes).status).toBe(200);
  });
});

it.each([
  ["3", Koa],
  ["2", Koa2],
])("of what is set on Koa %s's ctx", async (_version, Framework) => {
  const app = new Framework().use(fgErrors()).use(fgResponses(options));
  app.use((ctx) => {
    ctx.status = 201;
    if (ctx.path === "/content") ctx.body = { id: 17 };
  });
  await withServer(app.callback() as Listener, async (port) => {
    const content = parseAnswer(await exchange(port, request("GET /content")));
    expect(content).toMatchObject({ status: 200, text: '{"id":17}' });
    expect(content.headers.get("proxy-status")).toBe("edge;received-status=201");
    expect(parseAnswer(await exchange(port, request("GET /")))).toMatchObject({ status: 204, text: "" });
  });
});
