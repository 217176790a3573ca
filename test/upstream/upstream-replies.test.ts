// Error replies that could hurt, through every gateway.
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { assertContract, replaced } from "../assert-contract.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { endless } from "./endless.js";
import { fetchGateways } from "./fetch-gateways.js";
import { gateways, through } from "./upstream-gateways.js";

/** What an upstream's own message has to be sound by. */
const framing = new Set(["content-length", "transfer-encoding", "trailer"]);

describe.concurrent.each([...gateways, ...fetchGateways])("$name", (gateway) => {
  const ask = (reply: (response: ServerResponse) => unknown) =>
    through(
      gateway,
      (_request, response) => void reply(response),
      async (port) => parseAnswer(await exchange(port, request("GET /"))),
    );

  it("keeps the fields that outlive its content, such as those of CORS, and drops the others", async () => {
    const kept = { "access-control-allow-origin": "https://shop.example", vary: "Origin", "ratelimit-remaining": "0" };
    const answer = await ask((response) => {
      for (const name of [...replaced, "server", "x-powered-by", "x-request-id", "x-hop"])
        if (!framing.has(name)) response.setHeader(name, "s3cr3t");
      response.setHeader("Connection", "close, x-hop");
      response.setHeader("Set-Cookie", ["a=1", "b=2"]);
      response.writeHead(404, kept).end("<h1>s3cr3t</h1>");
    });
    assertContract(answer);
    expect(Object.fromEntries(answer.headers)).toMatchObject(kept);
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain("s3cr3t");
  });

  it("keeps no more fields than a client can take besides ours", async () => {
    const answer = await ask((response) => {
      for (let at = 0; at < 8; at++) response.setHeader(`X-Field-${at}`, "x".repeat(2000));
      response.writeHead(404, { "Content-Type": "text/plain" }).end("No such order");
    });
    assertContract(answer);
    const head = [...answer.headers].map(([name, value]) => name.length + value.length + 4);
    expect(head.reduce((sum, length) => sum + length)).toBeLessThan(14_000);
    expect(answer.headers.get("x-field-0")).toHaveLength(2000);
  });

  it.each([
    ["an image", { "Content-Type": "image/png" }],
    ["no type", {}],
    ["a script", { "Content-Type": "application/javascript" }],
    ["a charset that nobody knows", { "Content-Type": "text/plain; charset=secret" }],
    ["a coding that nobody knows", { "Content-Type": "text/plain", "Content-Encoding": "secret" }],
    ["codings that it does not have", { "Content-Type": "text/plain", "Content-Encoding": "gzip, br" }],
    ["HTML that says it is text", { "Content-Type": "text/plain" }, "<p>s3cr3t"],
  ])("takes no words from %s", async (_what, headers, body = "s3cr3t") => {
    const answer = await ask((response) => void response.writeHead(404, headers).end(body));
    expect(assertContract(answer)).toMatchObject({ detail: "Nothing was found at this address." });
  });

  it.each([
    ["text/plain", "No such order"],
    ['text/plain; charset="UTF-8"', "No such order"],
    ["text/plain; charset=iso-8859-1", "No such order"],
    ["text/plain", '{"message":"No such order"}'],
    ["application/vnd.shop+json; v=1", '{"error":{"message":"No such order"}}'],
  ])("takes the words of %s", async (type, body) => {
    const answer = await ask((response) => void response.writeHead(404, { "Content-Type": type }).end(body));
    expect(assertContract(answer)).toMatchObject({ detail: "No such order" });
  });

  it("does not wait for an error that drips", async () => {
    let timer: NodeJS.Timeout | undefined;
    const started = Date.now();
    const answer = await ask((response) => {
      response.writeHead(404, { "Content-Type": "text/plain" }).write("No such order");
      timer = setInterval(() => response.write(" "), 50);
      response.on("close", () => clearInterval(timer));
    });
    expect(assertContract(answer)).toMatchObject({ detail: "No such order" });
    expect(Date.now() - started).toBeLessThan(patience); // it would be 55 minutes
  });

  it.each(["identity", "gzip"])(
    "reads of an endless error body (%s) no more than it needs, and cancels the rest",
    async (coding) => {
      const upstream = endless(coding);
      const answer = await through(gateway, upstream.listener, async (port) => {
        const bytes = await exchange(port, request("GET /"));
        await upstream.closed;
        return parseAnswer(bytes);
      });
      expect(assertContract(answer)).toMatchObject({ status: 404 });
      expect(upstream.written()).toBeLessThan(5_000_000);
    },
  );
});
