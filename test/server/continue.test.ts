// A client that waits for the 100 (Continue), behind a request whose response is under way.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Problem } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { request } from "../wire.js";
import { answers, send, visit } from "./guarded.js";

const first = request("GET /", { Connection: "keep-alive" });
const second = request("POST /", { Connection: "keep-alive", Expect: "100-continue", "Content-Length": "4" });
const third = request("GET /third");

/** The first response begins at once, and ends 20 ms later. */
async function got(act: (request: IncomingMessage, response: ServerResponse) => unknown, later = "") {
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    if (request.method === "POST") return act(request, response);
    if (request.url === "/third") return void response.setHeader("Content-Length", 5).end("third");
    response.writeHead(200, { "Content-Length": 5 }).write("fi");
    return void setTimeout(() => response.end("rst"), 20);
  };
  return visit(guardServer(createServer(listener)), false, async (open) => {
    const client = open();
    client.on("data", (chunk) => {
      if (later === "" && String(chunk).includes("100 Continue")) client.write(`last${third}`);
    });
    return answers(await send(client, first + second + later));
  });
}

const echo = async (request: IncomingMessage, response: ServerResponse) =>
  void response.setHeader("Content-Length", 4).end(Buffer.concat(await request.toArray()));

describe("a client that expects 100-continue", () => {
  const all = [{ text: "first" }, { status: 100 }, { status: 200, text: "last" }, { text: "third" }];

  it("gets it after the response before, and before its own", async () => {
    expect(await got(echo)).toMatchObject(all);
  });

  it("may as well send its content at once", async () => {
    expect(await got(echo, `last${third}`)).toMatchObject(all);
  });

  it.each(["done", Buffer.from("done")])("keeps its connection, whoever answers early: %o", async (content) => {
    const early = (_request: unknown, response: ServerResponse) => void response.setHeader("Content-Length", 4).end(content);
    expect(await got(early)).toMatchObject([all[0], all[1], { status: 200, text: "done" }, all[3]]);
  });
});

/** Listeners that decide later whether a request may come in, and then give it to the application. */
const askers: { event: string; expect: string; act: (server: Server) => unknown }[] = ["checkContinue", "checkExpectation"].map(
  (event) => ({
    event,
    expect: event === "checkContinue" ? "100-continue" : "else",
    act: (server) =>
      server.on(event, async (request, response) => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (event === "checkContinue") response.writeContinue();
        server.emit("request", request, response);
      }),
  }),
);

it.each(askers)("what a listener of $event hands on is answered, whatever comes behind it", async ({ expect: what, act }) => {
  for (const bad of ["s3cr3t\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"]) {
    const onError = vi.fn<(problem: Problem) => void>();
    const server = guardServer(createServer(echo), { onError, maxInFlight: 1 });
    act(server);
    const bytes = request("POST /", { Connection: "keep-alive", Expect: what, "Content-Length": "4" });
    const all = answers(await visit(server, false, (open) => send(open(), `${bytes}last${bad}`)));
    const [good, refused, ...more] = all.filter(({ status }) => status !== 100);
    expect([good, more]).toMatchObject([{ status: 200, text: "last" }, []]);
    expect(assertContract(refused!)).toMatchObject({ status: 400 });
    expect(onError).toHaveBeenCalledOnce();
  }
});
