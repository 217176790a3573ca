// The whole way: a handler, FunctionGraph's runtime, API Gateway, a client; and a gateway of ours that invokes the same function.
import { fgErrors, problem } from "@fg-errors/functiongraph";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { withServer, type Answer } from "../wire.js";
import { apigOf, eventOf, invoke, type RuntimeHandler } from "./function-apig.js";
import { answerOf, hosts } from "./invocation-hosts.js";

const order = {
  statusCode: 200,
  headers: { "Content-Type": "text/plain", "Set-Cookie": ["a=1", "b=2"] },
  body: "Grüße",
  isBase64Encoded: false,
};
const errors = [{ pointer: "#/price", detail: "must be above 0" }];

const outcomes: readonly [string, () => unknown, object][] = [
  [
    "a problem",
    () => Promise.reject(problem(409, "Already paid", { code: "SHOP.1", errors })),
    { status: 409, error_code: "SHOP.1", errors },
  ],
  ["a problem that is not documented", () => Promise.reject(problem(429, "Slow down")), { status: 503 }],
  ["an error", () => Promise.reject(new Error("s3cr3t")), { status: 500 }],
  ["no result", () => undefined, { status: 500, error_code: "FSS.1202" }],
  ["a text", () => "s3cr3t", { status: 500, error_code: "FSS.1202" }],
  ["a bare status", () => ({ statusCode: 403 }), { status: 403 }],
];

const handlerOf = (act: () => unknown) => fgErrors<unknown, unknown>(act, { onError() {} }) as RuntimeHandler;

async function throughApig(act: RuntimeHandler): Promise<Answer> {
  return withServer(apigOf(act), async (port) => {
    const reply = await fetch(`http://127.0.0.1:${port}/orders/17`, { headers: { "X-Request-Id": "a1b2c3" } });
    return { status: reply.status, headers: reply.headers, text: await reply.text() };
  });
}

const event = eventOf({ headers: { "X-Request-Id": "a1b2c3" } });

describe.each(hosts)("$name", (host) => {
  it.each(outcomes)("a client of API Gateway and one of a gateway are answered the same for %s", async (_what, act, body) => {
    const direct = await throughApig(handlerOf(act));
    const relayed = await answerOf(host, await invoke(handlerOf(act), event), {}, "GET /orders/17", { "X-Request-Id": "a1b2c3" });
    expect(assertContract(direct)).toMatchObject(body);
    expect(assertContract(relayed)).toEqual(assertContract(direct));
    expect(relayed.text).toBe(direct.text);
    expect(relayed.text).not.toContain("s3cr3t");
  });

  it("and for a success", async () => {
    const answers = [
      await throughApig(handlerOf(() => order)),
      await answerOf(
        host,
        await invoke(
          handlerOf(() => order),
          event,
        ),
      ),
    ];
    for (const { status, headers, text } of answers) {
      expect([status, headers.get("content-type"), text]).toEqual([200, "text/plain", "Grüße"]);
      expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    }
  });
});

it("without fgErrors() API Gateway answers in its own words, and the gateway still by the contract", async () => {
  const bare: RuntimeHandler = (async (_event: never, _context: never) => Promise.reject(new Error("s3cr3t"))) as RuntimeHandler;
  expect(JSON.parse((await throughApig(bare)).text)).toMatchObject({ error_code: "FSS.1202", error_msg: "invalid" });
  const answer = await answerOf(hosts[0]!, await invoke(bare, event));
  expect(assertContract(answer)).toMatchObject({ status: 502, error_code: "4002" });
  expect(answer.text).not.toContain("s3cr3t");
});
