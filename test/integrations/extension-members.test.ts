// The extension members of an upstream's problem document (RFC 9457 section 3.2), through every integration.
import { createServer, type ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

const places = [...proxies, ...intercepted, ...calls].flatMap((integration, index) =>
  hosts
    .filter(({ family }, at) => integration.families.includes(family) && at % 2 === index % 2) // one version of each framework
    .map((host) => ({ name: `${integration.name}, ${host.name}`, integration, host })),
);

const kept = {
  traceId: "4bf92f",
  balance: 30,
  accounts: ["/account/1", { id: 2, open: true, note: null }],
  "x-y": "",
  code: "out_of_credit",
};

const document = (status: number) => ({
  type: "https://example.com/probs/out-of-credit",
  title: "You do not have enough credit.",
  status,
  detail: "Your current balance is 30.",
  ...kept,
  request_id: "s3cr3t",
  error_msg: "s3cr3t",
  violations: [{ field: "amount", message: "Too much." }],
  exception: { details: "s3cr3t" },
  stackTrace: ["s3cr3t"],
  StackTrace: "com.s3cr3t.Order.find(Order.java:3)",
  stack_trace: "s3cr3t",
  exceptionMessage: "s3cr3t",
  InnerException: { message: "s3cr3t" },
  SQL: "SELECT s3cr3t",
  deeper: { note: "kept", StackTrace: "com.s3cr3t", list: [{ id: 3, inner_exception: { at: "s3cr3t" }, sql: "s3cr3t" }] },
  inner: { cause: "Error: s3cr3t\n    at pay (/srv/s3cr3t.js:1:2)" },
  page: "<html>s3cr3t</html>",
  address: ["connect ECONNREFUSED 10.0.0.7:5432"],
  ["constructor"]: { prototype: { polluted: "s3cr3t" } },
  prototype: "s3cr3t",
  deep: JSON.parse(`${"[".repeat(1000)}"s3cr3t"${"]".repeat(1000)}`) as unknown,
});

const withProto = (status: number) =>
  JSON.stringify(document(status)).replace(/^\{/, '{"__proto__":{"polluted":"s3cr3t"},"map":{"__proto__":"s3cr3t","a":1},');

describe.each(places)("$name", { concurrent: true }, ({ integration, host }) => {
  const ask = async (write: (response: ServerResponse) => void) => {
    const closers: (() => unknown)[] = [];
    const bytes = await withServer(
      (_request, response) => write(response),
      async (port) => {
        const listener = await host.create(integration, {
          upstream: { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} },
          limit: patience,
          options: { onError() {} },
          onClose: (close) => void closers.push(close),
        });
        return withServer(createServer(listener), (gateway) => exchange(gateway, request("GET /account")));
      },
    );
    for (const close of closers) await close();
    const answer = parseAnswer(bytes);
    const body = assertContract(answer);
    expect(answer.text).not.toContain("s3cr3t");
    return body;
  };
  const isCall = integration.name.startsWith("upstream("); // whose error is this gateway's own failure

  it("of a 4xx are kept, but for those that are standard, unfit or dangerous", async () => {
    const body = await ask((response) =>
      response.writeHead(403, { "Content-Type": "application/problem+json" }).end(withProto(403)),
    );
    if (isCall || body["status"] !== 403) return expect(body["balance"]).toBeUndefined();
    expect(body).toMatchObject({
      ...kept,
      map: { a: 1 },
      deeper: { note: "kept", list: [{ id: 3 }] },
      error_code: "out_of_credit",
      errors: [{ pointer: "#/amount" }],
    });
    for (const name of ["violations", "exception", "stackTrace", "inner", "page", "address", "constructor", "prototype", "deep"])
      expect(Object.hasOwn(body, name), name).toBe(false);
  });

  it.each([429, 500, 503])("of a %i are withheld", async (status) => {
    const body = await ask((response) =>
      response.writeHead(status, { "Content-Type": "application/problem+json" }).end(withProto(status)),
    );
    expect(Object.keys(body)).toEqual(["type", "title", "status", "detail", "instance", "error_code", "error_msg", "request_id"]);
  });

  it("of a document are 100 at most", async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [`k${index}`, index]));
    const body = await ask((response) =>
      response.writeHead(404, { "Content-Type": "application/problem+json" }).end(JSON.stringify({ title: "No", ...many })),
    );
    expect(Object.keys(body).filter((name) => name.startsWith("k"))).toHaveLength(isCall || body["status"] !== 404 ? 0 : 100);
  });

  it("are those of OAuth 2.0's errors too (RFC 6749 section 5.2)", async () => {
    const error = { error: "invalid_grant", error_description: "The code has expired" };
    const body = await ask((response) =>
      response
        .writeHead(400, { "Content-Type": "application/json" })
        .end(JSON.stringify({ ...error, error_uri: "https://s3cr3t" })),
    );
    if (isCall) return expect(body["error"]).toBeUndefined();
    expect(body).toMatchObject({ ...error, error_code: "invalid_grant", detail: "The code has expired" });
  });
});
