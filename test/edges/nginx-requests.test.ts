// What nginx takes from a request into an error, and how it has the contract's texts: all as core does.
import { createResponder, extendContract, functionGraph, problem, rfc9110, type Contract } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { problemMediaType } from "../../packages/core/src/responder/media-type.js";
import { instanceOf } from "../../packages/core/src/responder/request-facts.js";
import { chooseRequestId } from "../../packages/core/src/responder/request-id.js";
import { fgErrors, inFolder } from "../published/command.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { assertEdge } from "./edge-upstream.js";
import { nginxProgram, startNginx, type Nginx } from "./start-nginx.js";

const rows = {
  409: { title: "\"$uri\" ${x} \\ 'a'", description: "} ; # { \\n \\" },
  410: { title: "\n", description: "\r\n\t\0\x1b\x7f\u2028\u202e" },
  422: { title: "请求过多 😀", description: "\ud800" },
  429: { title: "$", description: "é".repeat(900) },
};
const quoted: Contract = { ...extendContract(functionGraph, rows), name: 'a\n}"$uri' };

describe.skipIf(nginxProgram.isSkipped)("an error of nginx", () => {
  let nginx: Nginx;
  let [plain, texts]: number[] = [];

  beforeAll(async () => {
    const returns = Object.keys(rows).map((status) => `location = /own/${status} { return ${status}; }`);
    nginx = await startNginx([
      { contract: functionGraph, lines: "" },
      { contract: quoted, lines: returns.join("\n    ") },
    ]);
    [plain, texts] = nginx.ports as number[];
  });

  afterAll(() => nginx?.close());

  it.each([
    undefined,
    "",
    "*/*",
    "application/json",
    "application/problem+json",
    "text/html",
    "application/*",
    "application/json, */*",
    "application/json, */*;q=0",
    "application/json, application/problem+json;q=0",
    "application/*, application/problem+json;q=0",
    "*/*, application/problem+json; q=0.0",
    "application/json;q=0",
    "application/json;q=0.5",
    "application/json;q=0, text/html",
    "APPLICATION/JSON",
    "text/html, application/json ; charset=utf-8",
    "application/json;a=b;q=0",
    "application/json;q=0.1, application/*;q=0",
    "application/jsonx",
    "x-application/json",
    "application/json,application/problem+json",
    "*/*;q=0, application/json",
    "application/json\t;q=1",
    "a;" + ";q=0".repeat(500) + ",application/json",
    ",".repeat(1000) + "application/json",
  ])("chooses the media type as core does: Accept: %s", async (accept) => {
    // oxlint-disable-line
    const answer = await exchange(plain!, request("GET /missing.html", accept === undefined ? {} : { Accept: accept }));
    await assertEdge(answer, { status: 404, headers: { "content-type": problemMediaType(accept) } });
  });

  const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  it.each<Record<string, string>>([
    { "X-Request-Id": "a1-B2_c3.4" },
    { "X-Request-Id": "x".repeat(128) },
    { "X-Request-Id": "x".repeat(129) },
    { "X-Request-Id": 'a"b' },
    { "X-Request-Id": "" },
    { "X-Request-Id": "a b", "X-Cff-Request-Id": "c3" },
    { "X-Cff-Request-Id": "c3", traceparent: parent },
    { traceparent: parent },
    { traceparent: parent.replace("00-", "ff-") },
    { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` },
    { "X-Request-Id": "é", traceparent: parent },
  ])("chooses the id as core does: %j", async (fields) => {
    const headers = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
    const body = await assertEdge(await exchange(plain!, request("GET /missing", fields)), { status: 404 });
    const wanted = chooseRequestId({ headers });
    if (Object.values(fields).some((value) => value.includes(wanted))) expect(body["request_id"]).toBe(wanted);
    else expect(body["request_id"]).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    "/missing",
    "/missing/",
    "/missing?a=/b",
    "/missing#a",
    "/a%20b%2Fc",
    "//missing",
    "///missing?x",
    "/a//b",
    "/missing;a=1,2:@!$&'()*+=~-._",
    "http://other.example/missing?x=1",
    "/a+b",
    `/${"a".repeat(1998)}`,
    `/${"a".repeat(2500)}`,
    `/${"a".repeat(1985)}%41%42%43%44%45`,
    "/missing/../x/./y",
    "/?a",
    "/%C3%A9",
  ])("has core's instance: %s", async (target) => {
    // oxlint-disable-line
    const body = await assertEdge(await exchange(plain!, request(`GET ${target}`)), {});
    expect(body["instance"]).toBe(instanceOf(target));
  });

  it.each(["/\"'", "/a\\b", "/é", "/a<b>", "/a|b^c`d{e}", "/\x7f", "/a%zz", "/%", "/a%2"])(
    "has / for a path that no URI has: %s",
    async (target) => {
      const body = await assertEdge(await exchange(plain!, request(`GET ${target}`)), {});
      expect(body["instance"]).toBe("/");
    },
  );

  it.each(Object.keys(rows))("has the texts of status %s, whatever is in them", async (status) => {
    const { text, headers } = parseAnswer(await exchange(texts!, request(`GET /own/${status}`)));
    const facts = { headers: { "x-request-id": headers.get("x-request-id")! }, url: `/own/${status}` };
    const { body } = createResponder({ contract: quoted, onError() {} })(problem(Number(status)), facts);
    expect(JSON.parse(text)).toEqual(JSON.parse(body));
  });
});

describe("fg-errors export --format nginx", () => {
  const long = (description: string) => extendContract(functionGraph, { 429: { title: "Too Many", description } });

  it("has no text that nginx would refuse as too long a parameter", () => {
    const write = (contract: Contract) => formats["nginx"]!(contract, { openapi: "3.1" });
    expect(() => write(long("x".repeat(1900)))).not.toThrow();
    expect(() => write(long("x".repeat(2000)))).toThrow(
      `nginx cannot quote a text of status 429, "${"x".repeat(80)}…": its body would be longer than 4096 octets`,
    );
    expect(() => write(long("é".repeat(1000)))).toThrow("status 429");
  });

  it("ends with one line and exit code 2, and writes nothing, where it cannot quote a text", async () => {
    const module = `export const contract = ${JSON.stringify(long("x".repeat(5000)))};`;
    await inFolder({ "contract.mjs": module }, async (folder) => {
      const args = ["export", `${folder}/contract.mjs`, "--format", "nginx"];
      const printed = await fgErrors(...args, "--out", `${folder}/out.conf`);
      expect([printed.code, printed.stdout, printed.stderr.split("\n").length]).toEqual([2, "", 2]);
      expect(printed.stderr).toMatch(/^fg-errors: nginx cannot quote a text of status 429, "x+…": /);
    });
  });

  it("is the same each time, and knows every status of a wide contract", () => {
    const write = () => formats["nginx"]!(rfc9110, { openapi: "3.1" });
    expect(write()).toBe(write());
    for (const status of Object.keys(rfc9110.statuses).filter((each) => Number(each) >= 400))
      expect(write()).toContain(`return ${status} '`);
  });
});
