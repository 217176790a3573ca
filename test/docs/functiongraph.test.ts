// What docs/functiongraph.md says is what the code does.
import * as core from "@fg-errors/core";
import * as functions from "@fg-errors/core/functiongraph";
import { normalizeUpstream, upstream } from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import createExpress from "express";
import { createProxyMiddleware } from "http-proxy-middleware";
import { expect, it } from "vitest";
import { failures } from "../../packages/core/src/reply/functiongraph/failure-codes.js";
import { assertContract } from "../assert-contract.js";
import { documentedRows } from "../functiongraph/documented-rows.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { evaluate } from "./evaluate.js";
import { block, read, table } from "./markdown.js";

const page = read("docs/functiongraph.md");
const visit = async (app: unknown, path: string) =>
  withServer(app as never, async (port) => parseAnswer(await exchange(port, request(`GET ${path}`))));

it("every inner code has its place", () => {
  const kinds = new Map<string, string[]>();
  for (const [code, { status, detail }] of Object.entries(failures)) {
    const folded = core.normalizeError(core.problem(status)).status;
    const row = [status === folded ? `${status}` : `${status}, folded to ${folded}`, detail].join("|");
    kinds.set(row, [...(kinds.get(row) ?? []), code]);
  }
  const rows = [...kinds].map(([row, codes]) => [...row.split("|"), codes.join(", ")]);
  expect(table(page, "failures")).toEqual(rows.toSorted(([a], [b]) => parseInt(a!, 10) - parseInt(b!, 10)));
});

it("every status that the contract has not is folded as it says", async () => {
  const rows = [...documentedRows("fss-codes"), ...documentedRows("apig-codes")].map(({ status }) => status);
  const strange = [...new Set(rows)].filter((status) => !Object.hasOwn(core.functionGraph.statuses, status)).toSorted();
  const folds = await Promise.all(
    strange.map(async (status) => [status, (await normalizeUpstream(new Response("", { status }))).status]),
  );
  const said = table(page, "code folds").flatMap(([from, to]) => from!.split(", ").map((status) => [Number(status), Number(to)]));
  expect(said.toSorted(([a], [b]) => a! - b!)).toEqual(folds);
});

it("explainCode() says what it is said to", () => {
  const lines = block(page, "example: explainCode").trim().split("\n");
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    const [code = "", expected = ""] = line.split("; // ");
    expect(evaluate("", code, functions)).toEqual(evaluate("", expected));
  }
});

it("shows an onError that explains the codes of others, and only those", async () => {
  const logged: string[] = [];
  const scope = { ...functions, log: (line: string) => logged.push(line) };
  const onError = evaluate(block(page, "example: onError"), "onError", scope) as (problem: core.Problem) => void;
  const reply = () => new Response('{"error_code":"FSS.1051"}', { status: 404 });
  onError(await normalizeUpstream(reply()));
  const unhandled: unknown = await upstream(reply()).catch((error: unknown) => error);
  onError(core.normalizeError(unhandled));
  onError(core.normalizeError(core.problem(404)));
  expect(logged).toEqual(["FunctionGraph: Function not found", "FunctionGraph: Function not found"]);
});

it("shows a gateway in front of functions", async () => {
  const functions = createExpress().use(
    (_request, response) => void response.set("X-Func-Err-Code", "4010").json({ log: "s3cr3t" }),
  );
  await withServer(functions, async (port) => {
    const app = createExpress();
    const scope = { app, ...express, createProxyMiddleware, target: `http://127.0.0.1:${port}` };
    evaluate(block(page, "example: functionGraph"), "0", scope);
    const answer = await visit(app, "/functions/orders");
    expect(assertContract(answer)).toMatchObject({ status: 504, error_code: "4010" });
    expect(answer.text).not.toContain("s3cr3t");
  });
});

it("shows a gateway that invokes functions itself", async () => {
  const invoke = ({ params }: { params: { id: string } }) =>
    params.id === "17" ? { statusCode: 200, body: "an order" } : "no result";
  const app = createExpress();
  evaluate(block(page, "example: fromInvocation"), "0", { app, ...core, ...express, invoke });
  expect(await visit(app, "/orders/17")).toMatchObject({ status: 200, text: "an order" });
  expect(assertContract(await visit(app, "/orders/18"))).toMatchObject({ status: 502, error_code: "FSS.1202" });
});
