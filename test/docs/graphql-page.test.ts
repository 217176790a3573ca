// What docs/hosts.md says of GraphQL servers: which failures follow the contract of HTTP, and which are GraphQL errors.
import { type Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";
import { graphqlHosts } from "./graphql-hosts.js";
import { shop } from "./other-hosts.js";

const graphqlType = "application/graphql-response+json";

interface Call {
  readonly line?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const json = { "Content-Type": "application/json" };
const call = (members: object): Call => ({ headers: json, body: JSON.stringify(members) });
const order = (id: string) => call({ query: `{ order(id: "${id}") { id left } }` });

describe.each(graphqlHosts)("$name", ({ start, allow, forged }) => {
  /** Answers one request, and gives the codes that were reported. */
  async function visit({
    line = "POST /graphql",
    headers = {},
    body = "",
  }: Call): Promise<{ answer: Answer; reported: string[] }> {
    const reported: Problem[] = [];
    const { server, close } = await start({ contract: shop, onError: (problem) => void reported.push(problem) });
    try {
      const answer = await withServer(server, async (port) => parseAnswer(await exchange(port, request(line, headers, body))));
      return { answer, reported: reported.map(({ code }) => code) };
    } finally {
      await close?.();
    }
  }

  /** The content of a GraphQL result, which may come in one chunk. */
  const resultOf = ({ text }: Answer) =>
    JSON.parse(text.replace(/^[^{]*|[^}]*$/g, "")) as { data?: unknown; errors: Record<string, unknown>[] };

  const accepts = { Accept: graphqlType };

  it.each<[what: string, call: Call, expected: object, fields?: object]>([
    ["no such path", { line: "GET /nothing" }, { status: 404, error_code: "SHOP.0404" }],
    ["another method", { line: "PUT /graphql", ...order("7") }, { status: 405 }, { allow }],
    [
      "a mutation by GET",
      {
        line: `GET /graphql?query=${encodeURIComponent('mutation { place(id: "7") { id } }')}`,
        headers: { "Apollo-Require-Preflight": "1" },
      },
      { status: 405 },
      { allow: "POST" },
    ],
    ["malformed JSON", { headers: json, body: '{"query": s3cr3t' }, { status: 400, error_code: "SHOP.0400" }],
    ["a query that is no text", call({ query: 7 }), { status: 400, error_code: "SHOP.0400" }],
    ["a forged request", { headers: { "Content-Type": "text/plain" }, body: order("7").body! }, { status: forged }],
    [
      "a context that refuses",
      { ...order("7"), headers: { ...json, Authorization: "none" } },
      { status: 401, detail: "Log in first." },
      { "www-authenticate": "Bearer" },
    ],
    [
      "a context that breaks",
      { ...order("7"), headers: { ...json, Authorization: "bug" } },
      { status: 500, error_code: "SHOP.0500" },
    ],
    [
      "a context that throws a text",
      { ...order("7"), headers: { ...json, Authorization: "text" } },
      { status: 500, error_code: "SHOP.0500" },
    ],
    ["a context that throws a GraphQLError", { ...order("7"), headers: { ...json, Authorization: "graphql" } }, { status: 401 }],
  ])("answers by the contract: %s", async (_what, given, expected, fields = {}) => {
    for (const accept of ["*/*", "application/json", graphqlType]) {
      const { answer, reported } = await visit({ ...given, headers: { Accept: accept, ...given.headers } });
      const body = assertContract(answer, shop);
      expect(body).toMatchObject(expected);
      expect(Object.fromEntries(answer.headers)).toMatchObject(fields);
      expect(reported).toEqual([body["error_code"]]);
    }
  });

  it.each([
    ["catalogue", "SHOP.OUT_OF_STOCK", "Only 2 of A-1 are left.", { sku: "A-1", left: 2 }],
    ["domain", "SHOP.PAYMENT_REFUSED", "The payment was refused.", {}],
    ["unknown", "SHOP.0500", shop.statuses[500]!.description, {}],
    ["text", "SHOP.0500", shop.statuses[500]!.description, {}],
  ])("makes a GraphQL error of what a resolver throws: %s", async (id, code, message, members) => {
    for (const accept of [graphqlType, "application/json"]) {
      const given = order(id);
      const { answer, reported } = await visit({ ...given, headers: { ...given.headers, Accept: accept } });
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, expect.stringContaining(accept)]);
      expect(answer.text).not.toContain("s3cr3t");
      const { data, errors } = resultOf(answer);
      expect(data).toEqual({ order: null });
      expect(errors).toEqual([
        {
          message,
          path: ["order"],
          locations: expect.any(Array),
          extensions: expect.objectContaining({ code, request_id: expect.any(String), ...members }),
        },
      ]);
      expect(errors[0]).not.toHaveProperty("extensions.stacktrace");
      expect(reported).toEqual([code]);
    }
  });

  it.each<[what: string, call: Call, code: unknown, message: unknown]>([
    ["a document that does not parse", call({ query: "{" }), "GRAPHQL_PARSE_FAILED", expect.stringContaining("Syntax Error")],
    [
      "a document that is not valid",
      call({ query: "{ nothing }" }),
      "GRAPHQL_VALIDATION_FAILED",
      expect.stringContaining("nothing"),
    ],
    [
      "a persisted query that is not known",
      call({ extensions: { persistedQuery: { version: 1, sha256Hash: "a".repeat(64) } } }),
      expect.stringMatching(/^PERSISTED_QUERY_NOT_(?:FOUND|IN_LIST)$/),
      "PersistedQueryNotFound",
    ],
    ["a GraphQLError of a resolver", order("graphql"), "FORBIDDEN", "Not for you."],
  ])("leaves GraphQL's own errors alone: %s", async (_what, given, code, message) => {
    const { answer, reported } = await visit({ ...given, headers: { ...given.headers, ...accepts } });
    expect(answer.headers.get("content-type")).toContain(graphqlType);
    expect(resultOf(answer).errors).toEqual([
      expect.objectContaining({ message, extensions: expect.objectContaining({ code }) }),
    ]);
    expect(answer.text).not.toContain("stacktrace");
    expect(reported).toEqual([]);
  });

  it("keeps the rest of a result", async () => {
    const { answer } = await visit(call({ query: '{ a: order(id: "7") { id } b: order(id: "broken") { left } }' }));
    const { data, errors } = resultOf(answer);
    expect(data).toEqual({ a: { id: "7" }, b: null });
    expect(errors).toEqual([expect.objectContaining({ path: ["b", "left"], message: shop.statuses[500]!.description })]);
    expect(answer.text).not.toContain("s3cr3t");
  });

  it("leaves a success alone", async () => {
    const { answer, reported } = await visit(order("7"));
    expect([answer.status, resultOf(answer)]).toEqual([200, { data: { order: { id: "7", left: 2 } } }]);
    expect(reported).toEqual([]);
  });
});

it("GraphQL Yoga's fields of CORS stay", async () => {
  const { start } = graphqlHosts.find(({ name }) => name === "yoga")!;
  const { server } = await start({ contract: shop, onError() {} });
  await withServer(server, async (port) => {
    for (const line of ["GET /nothing", "PUT /graphql"]) {
      const answer = parseAnswer(await exchange(port, request(line, { Origin: "https://shop.example" })));
      assertContract(answer, shop);
      expect(answer.headers.get("access-control-allow-origin")).toBe("https://shop.example");
    }
  });
});
