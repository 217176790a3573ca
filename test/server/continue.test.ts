// A client that waits to be told to continue, behind a request whose response is under way.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { guardServer } from "@fg-errors/core";
import { describe, expect, it, vi } from "vitest";
import { request } from "../wire.js";
import { answers, send, visit } from "./guarded.js";

const first = request("GET /", { Connection: "keep-alive" });
const second = request("POST /", { Expect: "100-continue", "Content-Length": "4" });

/** The first response begins at once, and ends when the second request has come. */
async function got(act: (request: IncomingMessage, response: ServerResponse) => unknown, later = "") {
  let begun: ServerResponse | undefined;
  const server = guardServer(
    createServer((request, response) => {
      if (!begun) return void (begun = response).writeHead(200, { "Content-Length": 5 }).write("fi");
      setTimeout(() => begun!.end("rst"), 20);
      return act(request, response);
    }),
  );
  return visit(server, false, async (open) => {
    const client = open();
    client.on("data", (chunk) => {
      if (String(chunk).includes("100 Continue")) client.write("last");
    });
    return answers(await send(client, first + second + later));
  });
}

const echo = async (request: IncomingMessage, response: ServerResponse) =>
  void response.setHeader("Content-Length", 4).end(Buffer.concat(await request.toArray()));

describe("a client that expects 100-continue", () => {
  it("is told so after the response before, and before its own", async () => {
    expect(await got(echo)).toMatchObject([{ text: "first" }, { status: 100 }, { status: 200, text: "last" }]);
  });

  it("is not told so once its own has begun, or its content has come", async () => {
    const early = vi.fn((_request: unknown, response: ServerResponse) => void response.end(Buffer.from("done")));
    expect(await got(early)).toMatchObject([{ text: "first" }, { status: 200, text: "done" }]);
    expect(await got(echo, "last")).toMatchObject([{ text: "first" }, { status: 200, text: "last" }]);
  });
});
