// The contract in Huawei Cloud's API Gateway: the Terraform configuration is parsed by HCL's parser, the import by OpenAPI's.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import SwaggerParser from "@apidevtools/swagger-parser";
import { contractDocument } from "@fg-errors/contract";
import { extendContract, functionGraph, type Contract } from "@fg-errors/core";
import parser from "hcl2-parser";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { fgErrors, inFolder, orders30Text } from "../published/command.js";
import { assertAnswer, brokenText, edgeContracts, parseTemplate, write } from "./edge-contracts.js";

/** Lists the error types of APIG and their statuses, as the documentation of the Terraform provider has them. */
const documented: Readonly<Record<string, number | undefined>> = {
  ACCESS_DENIED: 403,
  AUTH_FAILURE: 401,
  AUTH_HEADER_MISSING: 401,
  AUTHORIZER_CONF_FAILURE: 500,
  AUTHORIZER_FAILURE: 500,
  AUTHORIZER_IDENTITIES_FAILURE: 401,
  BACKEND_TIMEOUT: 504,
  BACKEND_UNAVAILABLE: 502,
  NOT_FOUND: 404,
  REQUEST_PARAMETERS_FAILURE: 400,
  THROTTLED: 429,
  UNAUTHORIZED: 401,
  DEFAULT_4XX: undefined,
  DEFAULT_5XX: undefined,
  THIRD_AUTH_CONF_FAILURE: 500,
  THIRD_AUTH_FAILURE: 401,
  THIRD_AUTH_IDENTITIES_FAILURE: 401,
};
const naturalOf = (type: string) => documented[type] ?? (type === "DEFAULT_4XX" ? 400 : 500);

interface Rule {
  readonly error_type: string;
  readonly status_code: number;
  readonly body: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
}

/** Parses a contract's Terraform configuration, once. */
function responseOf(contract: Contract) {
  const known = responses.get(contract);
  if (known) return known;
  const response = responseIn(write("apig", contract));
  responses.set(contract, response);
  return response;
}
const responses = new Map<Contract, ReturnType<typeof responseIn>>();

/** Parses Terraform configuration: the one response in it. */
function responseIn(text: string) {
  const [value, error] = parser.parseToObject(text);
  expect(error).toBeNull();
  const { resource, variable } = value as {
    readonly resource: Readonly<Record<string, Readonly<Record<string, readonly Record<string, unknown>[]>>>>;
    readonly variable: object;
  };
  expect(Object.keys(variable).toSorted()).toEqual(["apig_group_id", "apig_instance_id"]);
  expect(Object.keys(resource)).toEqual(["huaweicloud_apig_response"]);
  const [[name, [response]]] = Object.entries(resource["huaweicloud_apig_response"]!) as [[string, [Record<string, unknown>]]];
  expect(name).toBe("fg_errors");
  return response as { readonly name: string; readonly rule: readonly Rule[] } & Record<string, unknown>;
}

/** Reads the rules of the import document. */
const importedRules = (contract: Contract) => {
  const { components } = parse(write("apig-import", contract)) as {
    components: { "x-apigateway-responses": Record<string, Record<string, { status: number; body: Record<string, string> }>> };
  };
  return Object.entries(components["x-apigateway-responses"]) as [
    [string, Record<string, { status: number; body: Record<string, string> }>],
  ];
};

describe.each(edgeContracts)("%s", (_kind, contract) => {
  it("is Terraform configuration with a rule for each type, each of which keeps the contract", () => {
    const { rule, name, ...ids } = responseOf(contract);
    expect(ids).toEqual({ instance_id: "${var.apig_instance_id}", group_id: "${var.apig_group_id}" });
    expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
    expect(rule.map(({ error_type: type }) => type).toSorted()).toEqual(Object.keys(documented).toSorted());
    for (const { error_type: type, status_code: status, body, headers } of rule) {
      const fields = Object.fromEntries(headers.map(({ key, value }) => [key, value]));
      expect(headers.length).toBeLessThanOrEqual(10);
      for (const { key, value } of headers) {
        expect(key).toMatch(/^[A-Za-z0-9-]{1,128}$/);
        expect(value).toMatch(/^(?!.*(?:\[\[|\]\])).{1,1024}$/);
      }
      expect(body).not.toMatch(/\[\[|\]\]/);
      assertAnswer(contract, naturalOf(type), { status, body: parseTemplate(body), fields });
    }
  });

  it("has no template of Terraform's in a text", () => {
    expect(write("apig", contract).replace(/^#.*$/gm, "")).not.toMatch(/[$%]\{/);
  });

  it("is a document for the import, with the same statuses and bodies", () => {
    const { rule, name } = responseOf(contract);
    const [[imported, types], ...others] = importedRules(contract);
    expect([imported, others]).toEqual([name, []]);
    const expected = rule.map(({ error_type: type, status_code: status, body }) => [
      type,
      { status, body: { "application/json": body } },
    ]);
    expect(types).toEqual(Object.fromEntries(expected));
  });

  it("is merged into a document whose operations name the response", async () => {
    const document = parse(orders30Text) as { components?: object; paths: Record<string, { post: object }> };
    const { components } = parse(write("apig-import", contract)) as { components: object };
    const [[name]] = importedRules(contract);
    Object.assign(document.paths["/orders"]!.post, { "x-apigateway-response": name });
    await SwaggerParser.validate({ ...document, components: { ...document.components, ...components } } as never);
    if (contract === functionGraph) await SwaggerParser.validate(parse(write("apig-import", contract)));
    expect(write("apig-import", contract)).toContain(`#           x-apigateway-response: ${name}\n`);
  });

  it.each(["apig", "apig-import"])("says in %s that it is untested, when and from what it was written", (format) => {
    const head = write(format, contract).split("\n\n")[0]!;
    expect(head.split("\n").every((line) => line.startsWith("#"))).toBe(true);
    expect(head).toMatch(/documentation of APIG.* \(read on \d+ \w+ 20\d\d\)\. Untested against the cloud\.\n/);
    expect(head).toMatch(/APIG cannot do this:/);
  });
});

it("a challenge is sent with each 401", () => {
  const { rule } = responseOf(functionGraph);
  const unauthorized = rule.filter(({ status_code: status }) => status === 401);
  expect(unauthorized.length).toBe(6);
  for (const { headers } of unauthorized) expect(headers).toContainEqual({ key: "www-authenticate", value: "Bearer" });
});

it("a name of any form is one that APIG takes", () => {
  const named = (name: string) => responseIn(write("apig", { ...functionGraph, name })).name;
  expect([named("shop+429"), named("a b"), named("x".repeat(100)), named("")]).toEqual([
    "shop_429",
    "a_b",
    "x".repeat(64),
    "contract",
  ]);
});

it.each(["apig", "apig-import"])("%s refuses a text that is no Unicode, and a status that APIG does not take", (format) => {
  expect(() => write(format, brokenText("title"))).toThrow(
    'apig cannot quote a text of status 429, "Broken \\ud83d": it has the half of a surrogate pair',
  );
  expect(() => write(format, brokenText("description"))).toThrow(/cannot quote/);
  const closed = extendContract(functionGraph, { 444: { title: "No Response", description: "None." } });
  expect(() => write(format, { ...closed, folds: { ...closed.folds, 429: { to: 444, why: "test" } } })).toThrow(
    "apig cannot send status 444, and THROTTLED is folded to it",
  );
  expect(write(format, closed)).toContain("THROTTLED");
});

it("the command writes the file wholly or not at all, and ends with 2 and one line", async () => {
  const files = { "good.json": contractDocument(functionGraph), "bad.json": contractDocument(brokenText("title")) };
  const texts = Object.fromEntries(Object.entries(files).map(([name, document]) => [name, JSON.stringify(document)]));
  await inFolder(texts, async (folder) => {
    const out = join(folder, "fg-errors.tf");
    expect(await fgErrors("export", join(folder, "good.json"), "--format", "apig", "--out", out)).toMatchObject({
      code: 0,
      stderr: "",
    });
    const written = await readFile(out, "utf8");
    expect(responseIn(written).name).toBe("functiongraph");
    const refused = await fgErrors("export", join(folder, "bad.json"), "--format", "apig", "--out", out);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toMatch(/^fg-errors: apig cannot quote a text of status 429, .*\n$/);
    expect(await readFile(out, "utf8")).toBe(written);
  });
});
