// examples/functiongraph-event as it is uploaded: loaded and asked as the runtime does, under the Node that FunctionGraph has.
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as functiongraph from "@fg-errors/functiongraph";
import { afterAll, beforeAll, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { block, read } from "../docs/markdown.js";
import { eventOf } from "./function-apig.js";

const here = (path: string) => new URL(path, import.meta.url).pathname;
const node = here("../node_modules/node-20.15/bin/node");

const runtime = `
const { handler } = require("./index.js");
if (handler.length < 2 || handler.length > 3) throw new Error("handler expect to have 2 or 3 parameters");
handler(JSON.parse(process.argv[1]), { getRequestID: () => "invocation-1" }).then((result) => console.log(JSON.stringify(result)));`;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "function-"));
  await cp(here("../../examples/functiongraph-event/index.js"), join(folder, "index.js"));
  await symlink(here("../../examples/functiongraph-event/node_modules"), join(folder, "node_modules"));
});

afterAll(() => rm(folder, { recursive: true }));

async function ask(members: object) {
  const env = { ...process.env, PRINTER: "s3cr3t" };
  const { stdout, stderr } = await promisify(execFile)(node, ["-e", runtime, JSON.stringify(eventOf(members))], {
    cwd: folder,
    env,
  });
  const {
    statusCode: status,
    headers,
    body: text,
  } = JSON.parse(stdout) as { statusCode: number; headers: Record<string, string>; body: string };
  const fields = new Headers({ ...headers, "content-length": String(Buffer.byteLength(text)) });
  return { answer: { status, headers: fields, text }, stderr };
}

const coupon = (content: string) => ({ httpMethod: "POST", path: "/orders/17/coupons", body: btoa(content) });

it.concurrent.each([
  ["an order", {}, { item: "teapot" }],
  ["a coupon", coupon('{"coupon":"TEATIME"}'), { discount: 5 }],
  ["a coupon that is not in Base64", { ...coupon(""), body: '{"coupon":"TEATIME"}', isBase64Encoded: false }, { discount: 5 }],
])("answers with %s", async (_what, members, body) => {
  const { answer, stderr } = await ask(members);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toMatchObject(body);
  expect(stderr).toBe("");
});

it.concurrent.each([
  ["no such order", { path: "/orders/18" }, { status: 404, error_code: "SHOP.0404" }],
  ["no such path", { path: "/orders/17/items" }, { status: 404, error_code: "FSS.0404" }],
  ["no valid coupon", coupon('{"coupon":1}'), { status: 409, error_code: "SHOP.0409" }],
  ["no coupon", coupon("null"), { status: 409, error_code: "SHOP.0409" }],
  ["no JSON", coupon("{"), { status: 400, detail: "The content is not valid JSON" }],
])("answers where there is %s", async (_what, members, body) => {
  const { answer, stderr } = await ask(members);
  expect(assertContract(answer)).toMatchObject({ ...body, request_id: "apig-1" });
  expect(stderr).toBe("");
});

it.concurrent.each([
  ["what it throws", { path: "/orders/17/invoice" }, "The printer s3cr3t does not answer"],
  ["an event that is not API Gateway's", { path: undefined }, "TypeError"],
])("logs %s, and sends the client nothing of it", async (_what, members, logged) => {
  const { answer, stderr } = await ask(members);
  expect(assertContract(answer)).toMatchObject({ status: 500, detail: "Something went wrong on our side." });
  expect(answer.text).not.toContain("s3cr3t");
  expect(stderr).toContain("request apig-1");
  expect(stderr).toContain(logged);
});

it("the README's example does what it says", async () => {
  const code = block(read("packages/functiongraph/README.md"), "example: functiongraph");
  const module: { handler?: (event: object, context: object) => Promise<object> } = {};
  new Function("require", "exports", code)(() => functiongraph, module);
  const { headers, ...result } = (await module.handler!(eventOf(), {})) as { headers: object };
  expect([headers, result]).toEqual([{}, { statusCode: 200, body: "an order", isBase64Encoded: false }]);
  const failed = await module.handler!(eventOf({ path: "/orders/18" }), {});
  expect(failed).toMatchObject({ statusCode: 404, headers: { "x-request-id": "apig-1" }, isBase64Encoded: false });
});
