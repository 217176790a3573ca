// relay() with functions: what failed is answered by the contract, and all else goes through as it comes.
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { connect } from "node:net";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { patience, scaled } from "../patience.js";
import { relays, through } from "../upstream/upstream-gateways.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { answering, canary, failing, failure, fine, invoked, textOf, type FunctionReply } from "./replies-of-functions.js";

const visit = (port: number) => exchange(port, request("GET /"));

/** Fields of an invocation that an error takes the place of. */
const reported = {
  "X-Func-Err-Code": "4002",
  "X-Is-Func-Err": "true",
  "X-Inner-Code": "4002",
  "X-Cff-Function-Log": canary,
  "X-Log-Result": canary,
  "X-Cff-Invoke-Summary": canary,
  "X-Invoke-Summary": canary,
  "X-CFF-Billing-Duration": canary,
  "X-Billing-Duration": canary,
  "X-Cff-Response-Version": "v1",
};
const living = { "X-Cff-Request-Id": "1167bf8c", "Access-Control-Allow-Origin": "*", "Set-Cookie": "a=1" };

/** One for each host, each with another client. */
const oneEach = relays.filter(({ name }) => /fetch on Express 5|Express 4|7's request\(\) on Koa 3|node:http/.test(name));

describe.each(oneEach)("$name", (gateway) => {
  const ask = (reply: FunctionReply, options: ResponderOptions = { hiddenFailures: true }) =>
    through(gateway, answering(reply), visit, options);

  it.each(failing)("answers for a function that failed by $name", async (reply) => {
    const problems: Problem[] = [];
    const bytes = await ask(reply, { hiddenFailures: true, onError: (problem) => void problems.push(problem) });
    const { status, code = expect.any(String) as string } = reply.made;
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status, error_code: code });
    expect(bytes).not.toContain(canary);
    expect(bytes).not.toContain(Buffer.from(canary).toString("base64"));
    expect(problems).toMatchObject([{ status, upstreamStatus: reply.status ?? 200 }]);
  });

  it.each(failing.filter(({ status }) => status === undefined))(
    "passes on what failed by $name, without the option",
    async (reply) => {
      const { status, headers, text } = parseAnswer(await ask(reply, {}));
      expect(status).toBe(200);
      expect(text).toContain(textOf(reply));
      for (const [name, value] of Object.entries(reply.headers ?? {}))
        if (typeof value === "string") expect(headers.get(name)).toBe(value.trim());
    },
  );

  it.each(fine)("passes on a reply with $name", async (reply) => {
    const answer = parseAnswer(await ask(reply));
    expect(answer.status).toBe(reply.status ?? 200);
    expect(answer.text).toContain(textOf(reply));
  });

  it("keeps of the invocation its id, and what concerns the client", async () => {
    const answer = parseAnswer(await ask({ name: "", headers: { ...reported, ...living }, body: failure(canary) }));
    assertContract(answer);
    for (const [name, value] of Object.entries(living)) expect(answer.headers.get(name), name).toBe(value);
    for (const name of Object.keys(reported)) expect(answer.headers.has(name), name).toBe(false);
    expect(answer.headers.get("x-request-id")).toBe("1167bf8c");
  });

  it("drops its fields from an error reply as well, without the option", async () => {
    const answer = parseAnswer(await ask({ name: "", status: 404, headers: { ...reported, ...living }, body: "{}" }, {}));
    expect(assertContract(answer)).toMatchObject({ status: 404 });
    for (const name of Object.keys(reported)) expect(answer.headers.has(name), name).toBe(false);
  });

  it("passes them on with a success", async () => {
    const headers = { ...reported, ...living, "X-Func-Err-Code": "0", "X-Is-Func-Err": "false", "X-Inner-Code": "0" };
    const answer = parseAnswer(await ask({ name: "", headers, body: "{}" }));
    for (const [name, value] of Object.entries(headers)) expect(answer.headers.get(name), name).toBe(value);
  });
});

describe.concurrent.each(relays)("$name", (gateway) => {
  it.each<[string, Record<string, string>, string]>([
    ["no field of FunctionGraph's", { "Content-Type": "application/json" }, "{"],
    ["a code of 0", { "X-Func-Err-Code": "0", "Content-Type": "application/json" }, "{"],
    ["a type that is not inspected", { ...invoked, "Content-Type": "text/event-stream" }, "{"],
    ["a length that nobody would read", { ...invoked, "Content-Type": "application/json", "Content-Length": "65537" }, "{"],
    ["content that is no object", { ...invoked, "Content-Type": "application/json" }, "["],
  ])("lets the first octet through at once, with %s", async (_what, headers, octet) => {
    const endless: RequestListener = (_request, response) => void response.writeHead(200, headers).write(octet);
    await through(gateway, endless, firstOctet(octet, scaled(900)), { hiddenFailures: true });
  });

  it("waits a second for content that may decide, and no longer", async () => {
    const headers = { ...invoked, "Content-Type": "application/json" };
    const endless: RequestListener = (_request, response) => void response.writeHead(200, headers).write("{");
    const since = performance.now();
    await through(gateway, endless, firstOctet("{", patience), { hiddenFailures: true });
    expect(performance.now() - since).toBeGreaterThan(900);
  });

  it("answers for content that breaks while it is inspected", async () => {
    const breaking: RequestListener = ({ socket }, response) => {
      response.writeHead(200, { ...invoked, "Content-Type": "application/json", "Content-Length": "100" }).write(`{"${canary}":`);
      setTimeout(() => socket.destroy(), 20);
    };
    const problems: Problem[] = [];
    const options = { hiddenFailures: true, onError: (problem: Problem) => void problems.push(problem) };
    const bytes = await through(gateway, breaking, visit, options);
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 502 });
    expect(bytes).not.toContain(canary);
    expect(problems).toMatchObject([{ proxyError: "http_response_incomplete", upstreamStatus: 200 }]);
  });

  it("passes on content whose end comes late", async () => {
    const late: RequestListener = (_request, response) => {
      response.writeHead(200, { ...invoked, "Content-Type": "application/json" }).write('{"id":');
      // One timer after the other: on a busy machine Node may run a longer one first.
      setTimeout(() => {
        response.write("17}");
        setTimeout(() => response.end(), 20);
      }, 20);
    };
    const { status, text } = parseAnswer(await through(gateway, late, visit, { hiddenFailures: true }));
    expect({ status, content: text.match(/[{":}\w]{2,}/g)?.join("") }).toMatchObject({ status: 200, content: '{"id":17}' });
  });

  it("has nothing to wait for after HEAD", async () => {
    const { status, text } = await through(
      gateway,
      answering({ name: "", headers: invoked, body: failure(canary) }),
      async (port) => parseAnswer(await exchange(port, request("HEAD /"))),
      { hiddenFailures: true },
    );
    expect({ status, text }).toEqual({ status: 200, text: "" });
  });
});

/** Waits for the beginning of an answer's content, which has no end. */
function firstOctet(octet: string, within: number) {
  return async (port: number) => {
    const socket = connect(port, "127.0.0.1").setEncoding("latin1");
    socket.write(request("GET /"));
    const deadline = AbortSignal.timeout(within);
    for (let bytes = ""; !bytes.split("\r\n\r\n").slice(1).join("").includes(octet);)
      bytes += String(((await once(socket, "data", { signal: deadline })) as [string])[0]);
    socket.destroy();
  };
}
