// upstream() with functions: handlers that invoke them with the usual clients, and what their own clients get.
import type { RequestListener } from "node:http";
import type { Socket } from "node:net";
import { text } from "node:stream/consumers";
import { UpstreamError, type Problem, type ResponderOptions } from "@fg-errors/core";
import { upstream, type UpstreamOptions } from "@fg-errors/core/upstream";
import { describe, expect, it } from "vitest";
import { contentOf } from "../../packages/core/src/reply/reply.js";
import { assertContract } from "../assert-contract.js";
import { hosts, type Host } from "../hosts.js";
import { clients, type ClientName } from "../upstream/upstream-gateways.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { answering, canary, failing, failure, fine, invoked, textOf, type FunctionReply } from "./replies-of-functions.js";

const options = { hiddenFailures: true };
const names = Object.keys(clients) as ClientName[];

describe.each(names)("upstream(), with %s", (name) => {
  const called = <R>(reply: FunctionReply, visit: (call: ReturnType<(typeof clients)[ClientName]>) => Promise<R>) =>
    withServer(answering(reply), (port) => visit(clients[name](`http://127.0.0.1:${port}/`)));

  it.each(failing)("rejects for a function that failed by $name", async (reply) => {
    const error = await called(reply, (call) => upstream(call, options)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UpstreamError);
    expect(error).toMatchObject({ upstreamStatus: reply.status ?? 200, proxyError: undefined });
    if (reply.made.code) expect(error).toMatchObject({ upstreamCode: reply.made.code });
    expect(String((error as Error).stack) + JSON.stringify(error)).not.toContain(canary);
  });

  it.each(fine)("gives back a reply with $name, its content unread", async (reply) => {
    await called(reply, async (call) => {
      const before = await call;
      expect(await upstream(before, options)).toBe(before);
      const content = contentOf(before);
      expect(content ? await text(content) : "").toBe(textOf(reply));
    });
  });

  it("gives back what failed, without the option", async () => {
    await called({ name: "", headers: { "X-Func-Err-Code": "4002" }, body: failure(canary) }, async (call) => {
      expect(await text(contentOf(await upstream(call))!)).toContain(canary);
    });
  });

  it("leaves the connection open for the next call", async () => {
    const sockets = new Set<Socket>();
    const reply = answering({ name: "", headers: { ...invoked, Connection: "keep-alive" }, body: failure(canary) });
    const listener: RequestListener = (incoming, response) => (sockets.add(incoming.socket), reply(incoming, response));
    await withServer(listener, async (port) => {
      for (let calls = 0; calls < 3; calls++)
        await expect(upstream(clients[name](`http://127.0.0.1:${port}/`), options)).rejects.toThrow("The upstream answered 200");
      expect([...sockets].filter(({ destroyed }) => destroyed)).toEqual([]);
    });
  });
});

/** What a gateway answers whose handler invokes a function and handles no failure. */
async function gatewayTo(reply: FunctionReply, host: Host, own: UpstreamOptions, given: ResponderOptions = {}) {
  const problems: Problem[] = [];
  const onError = (problem: Problem) => void problems.push(problem);
  const answer = await withServer(answering(reply), (to) => {
    const act = async () => void (await upstream(fetch(`http://127.0.0.1:${to}/`), { ...options, ...own }));
    return withServer(host.create(act, { onError, ...given }), async (port) =>
      parseAnswer(await exchange(port, request("GET /act"))),
    );
  });
  expect(problems).toHaveLength(1);
  expect(JSON.stringify([answer.text, ...answer.headers])).not.toContain(canary);
  expect([...answer.headers.keys()].filter((name) => name.startsWith("x-cff") || name.startsWith("x-func"))).toEqual([]);
  return { body: assertContract(answer), problem: problems[0]! };
}

describe.each(hosts)("an unhandled failure of a function, on $name", (host) => {
  it.each<[string, number, number, number]>([
    ["4002", 502, 502, 502],
    ["4010", 504, 504, 504],
    ["150429", 503, 503, 503],
    ["4140", 502, 400, 502],
    ["200401", 502, 502, 502],
    ["200404", 502, 404, 404],
    ["200404", 502, 404, 404],
    ["200429", 503, 503, 503],
    ["200500", 502, 502, 502],
  ])(
    "with the code %s is a %i; with relayStatuses: true a %i, with relayStatuses: [404] a %i",
    async (code, own, relayed, listed) => {
      const reply = { name: "", headers: { ...invoked, "X-Func-Err-Code": code }, body: failure(canary) };
      const status = async (given: UpstreamOptions, gateway: ResponderOptions = {}) => {
        const { body, problem } = await gatewayTo(reply, host, given, gateway);
        expect(problem).toMatchObject({ upstreamStatus: 200, requestId: invoked["X-Cff-Request-Id"] });
        expect(body["request_id"]).toBe(invoked["X-Cff-Request-Id"]);
        return body["status"];
      };
      expect(await status({})).toBe(own);
      expect(await status({ relayStatuses: false })).toBe(own);
      expect(await status({ relayStatuses: true })).toBe(relayed);
      expect(await status({ relayStatuses: [404] })).toBe(listed);
      expect(await status({}, { relayStatuses: [404] })).toBe(listed);
    },
  );

  it("says which failure it was only where it is passed on", async () => {
    const large = { name: "", headers: { "X-Func-Err-Code": "4140" } };
    expect((await gatewayTo(large, host, {})).body).toMatchObject({ error_code: "FSS.0502" });
    expect((await gatewayTo(large, host, { relayStatuses: [413] })).body).toMatchObject({ status: 400, error_code: "4140" });
    const late = { name: "", headers: { "X-Func-Err-Code": "4010" } };
    expect((await gatewayTo(late, host, {})).body).toMatchObject({
      error_code: "4010",
      detail: "The function did not finish in time.",
    });
  });
});
