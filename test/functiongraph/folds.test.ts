// Every documented row leaves by the contract: its status folded, its code kept, its message only where the client may read it.
import { extendContract, functionGraph, rfc9110, type Contract } from "@fg-errors/core";
import { normalizeUpstream } from "@fg-errors/core/upstream";
import { explainCode } from "@fg-errors/core/functiongraph";
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { calls } from "../integrations/call-integrations.js";
import { hosts } from "../integrations/integration-hosts.js";
import { intercepted } from "../integrations/interceptor-integrations.js";
import { proxies } from "../integrations/proxy-integrations.js";
import { withServer } from "../wire.js";
import { behind, documented, expectNoSecret, rows, type Row } from "./folds-gateway.js";

/** What is documented of FunctionGraph or API Gateway, but not in FunctionGraph's table of statuses. */
const folded: ReadonlyMap<number, number> = new Map([
  [410, 404],
  [412, 409],
  [413, 400],
  [414, 400],
  [424, 400],
  [426, 502],
  [428, 400],
  [429, 503],
  [494, 400],
]);

const foldedRows = rows.filter(({ status }) => folded.has(status));

const oneOfEach = [...new Map(rows.map((row) => [row.status, row])).values()];

const leavesAs = (status: number) => folded.get(status) ?? status;

/** A server error's words were not written for clients. */
const detailOf = ({ status, message }: Row, to: number, contract: Contract) =>
  status < 500 && to < 500 ? message : contract.statuses[to]!.description;

it("these are all that the contract lacks", () => {
  const undocumented = rows.map(({ status }) => status).filter((status) => !Object.hasOwn(functionGraph.statuses, status));
  expect(new Set(undocumented)).toEqual(new Set(folded.keys()));
});

it("normalizeUpstream() keeps what explainCode() needs", async () => {
  await withServer(documented, async (port) => {
    for (const [index, row] of rows.entries()) {
      const problem = await normalizeUpstream(await fetch(`http://127.0.0.1:${port}/${index}`), { hiddenFailures: true });
      const to = leavesAs(row.status);
      const { code, detail, upstreamStatus } = problem;
      expect(problem.status, row.message).toBe(to);
      expect({ code, detail }).toEqual({ code: row.code, detail: detailOf(row, to, functionGraph) });
      const explained = explainCode(code, upstreamStatus).map(({ code, status }) => ({ code, status }));
      const same = rows.filter((other) => other.code === row.code && other.status === row.status);
      expect(explained).toEqual(row.code === "APIG.9999" ? [] : same.map(({ code, status }) => ({ code, status })));
    }
  });
});

const integrations = [...calls, ...proxies, ...intercepted];
const some = integrations.filter(({ name }) => ["relay(fetch())", "http-proxy-middleware 3", "a copying handler"].includes(name));
const newest = hosts.filter(({ name }) => ["Express 5", "Koa 3"].includes(name));
const extended = extendContract(functionGraph, {
  413: { title: "Content Too Large", description: "The request's content is too large." },
  429: { title: "Too Many Requests", description: "Slow down." },
});

describe.each(some)("$name", (integration) => {
  describe.each(newest)("$name", (host) => {
    it.each<[string, Contract, readonly Row[], (status: number) => number]>([
      ["every row out", functionGraph, rows, leavesAs],
      [
        "413 and 429 as they are, where they are documented",
        extended,
        foldedRows,
        (status) => (extended.statuses[status] ? status : leavesAs(status)),
      ],
      [
        "the rest as they are by RFC 9110's contract",
        rfc9110,
        foldedRows,
        (status) => ([426, 494].includes(status) ? leavesAs(status) : status),
      ],
    ])("lets %s", async (_what, contract, asked, to) => {
      await behind(host, integration, { contract }, async ({ answers }) => {
        for (const [row, answer] of await answers(asked)) {
          const status = to(row.status);
          expect(answer.status, row.message).toBe(status);
          const { detail, error_code: code } = assertContract(answer, contract);
          expect({ code, detail }).toEqual({ code: row.code, detail: detailOf(row, status, contract) });
          expectNoSecret(answer);
        }
      });
    });

    it("writes FunctionGraph's format for each status", async () => {
      await behind(host, integration, { format: "functiongraph", hiddenFailures: true }, async ({ answers }) => {
        for (const [row, answer] of await answers(oneOfEach)) {
          const status = leavesAs(row.status);
          expect(answer.status, row.message).toBe(status);
          expect(answer.headers.get("content-type")).toBe("application/json");
          expect(JSON.parse(answer.text)).toEqual({
            error_code: row.code,
            error_msg: detailOf(row, status, functionGraph),
            request_id: answer.headers.get("x-request-id"),
          });
          const required = { 401: "www-authenticate", 405: "allow" }[status];
          if (required) expect(answer.headers.has(required), row.message).toBe(true);
          expectNoSecret(answer);
        }
      });
    });
  });
});
