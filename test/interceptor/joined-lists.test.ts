// Lists that the gateway has set before its proxy: Set-Cookie and Vary stand beside those of an upstream's error reply, as with fgProxy() and relay().
import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import type { ResponderOptions } from "@fg-errors/core";
import { assertContract } from "../assert-contract.js";
import { end, http } from "../faults/upstreams.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { gateways, recordProblems, type Listener, type Writer } from "./interceptor-gateways.js";
import { libraries } from "./library-gateways.js";

/** A gateway that has a session and a policy of CORS. */
const withOwnFields =
  (listener: Listener): Listener =>
  (incoming, response) => {
    response.setHeader("Set-Cookie", ["own=1", "own=2"]);
    response.setHeader("Vary", "Origin");
    listener(incoming, response);
  };

const content = "No such order";
const signed =
  'Signature: sig=:s3cr3t=:\r\nSignature-Input: sig=("content-digest");keyid="s3cr3t"\r\nContent-Digest: sha-256=:s3cr3t=:\r\n';
const reply = (status: string, fields: string) =>
  `HTTP/1.1 ${status}\r\n${fields}Content-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
const lists = "Set-Cookie: theirs=1\r\nVary: Accept\r\n";

const varyIn = (headers: Headers) => (headers.get("vary") ?? "").split(", ").toSorted();

describe.each(libraries)("$name", (library) => {
  async function ask(bytes: string, more: ResponderOptions = {}) {
    const upstream = await http(end(bytes))();
    try {
      const listener = withOwnFields(await library.create(upstream.url, recordProblems(more).options));
      return parseAnswer(await withServer(listener, (port) => exchange(port, request("GET /"))));
    } finally {
      await upstream.close();
    }
  }

  it("joins them on an error", async () => {
    const answer = await ask(reply("404 Not Found", lists + signed));
    expect(assertContract(answer)).toMatchObject({ status: 404 });
    expect(answer.headers.getSetCookie().toSorted()).toEqual(["own=1", "own=2", "theirs=1"]);
    expect(varyIn(answer.headers)).toEqual(["Accept", "Origin"]);
    for (const name of ["signature", "signature-input", "content-digest"]) expect(answer.headers.get(name)).toBeNull();
  });

  it("keeps its own where the upstream's are dropped, or there are none", async () => {
    const dropped = await ask(reply("404 Not Found", lists), { upstreamCredentials: "drop" });
    const none = await ask(reply("404 Not Found", ""));
    for (const { headers } of [dropped, none]) expect(headers.getSetCookie()).toEqual(["own=1", "own=2"]);
    expect(varyIn(none.headers)).toEqual(["Origin"]);
  });

  it("keeps its own where no reply comes", async () => {
    const { headers } = await ask("");
    expect([headers.getSetCookie(), varyIn(headers)]).toEqual([["own=1", "own=2"], ["Origin"]]);
  });
});

describe.each(gateways)("$name", (gateway) => {
  const writers: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
    "writeHead()": (response) => response.writeHead(404, { "Set-Cookie": "theirs=1", Vary: "Accept" }).end(content),
    "setHeader()": (response) => {
      response.setHeader("Set-Cookie", "theirs=1").setHeader("Vary", "Accept");
      response.statusCode = 404;
      response.end(content);
    },
    "a list that has its own already": (response) => {
      response.setHeader("Set-Cookie", ["own=1", "own=2", "theirs=1"]).setHeader("Vary", ["Origin", "Accept"]);
      response.writeHead(404).end(content);
    },
    "a function's failure": (response) =>
      response
        .writeHead(200, {
          "Set-Cookie": "theirs=1",
          Vary: "Accept",
          "X-Cff-Request-Id": "cff",
          "Content-Type": "application/json",
        })
        .end(JSON.stringify({ errorMessage: "s3cr3t", errorType: "s3cr3t" })),
  };

  it.each(Object.entries(writers))("joins them: %s", async (_name, write) => {
    const writer: Writer = (_request, response) => void write(response);
    const listener = withOwnFields(gateway.create(writer, recordProblems({ hiddenFailures: true }).options));
    const answer = parseAnswer(await withServer(listener, (port) => exchange(port, request("GET /"))));
    assertContract(answer);
    expect(answer.headers.getSetCookie().toSorted()).toEqual(["own=1", "own=2", "theirs=1"]);
    expect(varyIn(answer.headers)).toEqual(["Accept", "Origin"]);
  });
});
