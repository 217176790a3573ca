import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { functionGraph } from "../../packages/core/src/contract/contract.js";
import { folds, upstreamFolds } from "../../packages/core/src/contract/folds.js";
import { proxyErrors } from "../../packages/core/src/proxy-errors/proxy-errors.js";
import { apigCodes } from "../../packages/core/src/reply/functiongraph/apig-codes.js";
import { failures } from "../../packages/core/src/reply/functiongraph/failure-codes.js";
import { fssCodes } from "../../packages/core/src/reply/functiongraph/fss-codes.js";
import { generateApi } from "./generate-api.js";

const root = new URL("../../", import.meta.url);

/** Writes the pages of docs/reference, which no one edits: each is made of a table in the code, or of its docstrings. */
export async function generatePages(): Promise<void> {
  const folder = new URL("docs/reference/", root);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries({ options, folds: foldsPage, faults, codes }))
    writeFileSync(new URL(`${name}.md`, folder), `${text().trim()}\n`);
  mkdirSync(new URL("docs/public/schema/", root), { recursive: true });
  const schema = "schema/contract-1.json";
  copyFileSync(new URL(`packages/contract/${schema}`, root), new URL(`docs/public/${schema}`, root));
  await generateApi();
}

function options(): string {
  const readme = readFileSync(new URL("README.md", root), "utf8");
  const section = /^## Options\n([^]*?)(?=^## )/m.exec(readme)![1]!;
  return `
# Options

${section
  .replaceAll("](docs/", "](../")
  .replaceAll(/\]\((?!\.|\w+:|#)/g, "](../../")
  .trim()}

The options of \`guardServer()\` and \`drain()\` are in [Servers and shutdown](../server.md).`;
}

function foldsPage(): string {
  const rows = (table: typeof folds) =>
    Object.entries(table).map(([status, { to, why }]) => `| ${status} | ${to} | ${why.replaceAll("|", "\\|")} |`);
  return `
# Folds

To fold a status means to replace it by the nearest one that the contract documents. [Statuses](../statuses.md) has the table in short; this page has
the reason for each row.

## Own errors

| received | leaves as | reason |
| --- | --- | --- |
${rows(folds).join("\n")}
| other 4xx | 400 | The class's x00 (RFC 9110 section 15). |
| other 5xx | 500 | The class's x00 (RFC 9110 section 15). |

## Statuses of an upstream

These apply first where the status is an upstream's.

| received | leaves as | reason |
| --- | --- | --- |
${rows(upstreamFolds).join("\n")}`;
}

function faults(): string {
  const rows = Object.entries(proxyErrors).map(([type, { status, onlyByIntermediary, parameters }]) => {
    const names = Object.keys(parameters).map((name) => `\`${name}\``);
    return `| \`${type}\` | ${status ?? "-"} | ${onlyByIntermediary ? "this gateway" : "either"} | ${names.join(", ")} |`;
  });
  return `
# Faults

A fault is what went wrong between this gateway and the next hop. \`problem.fault\` and the field Proxy-Status name it by one of the types of RFC 9209
section 2.3. [The page on upstreams](../upstream.md#faults) says which fault is recognised when, and which status the client gets.

| type | status that RFC 9209 recommends | who can report it | parameters of its own |
| --- | --- | --- | --- |
${rows.join("\n")}

"Either" means this gateway or the next hop.`;
}

function codes(): string {
  const errors = Object.entries(functionGraph.statuses).filter(([status]) => Number(status) >= 400);
  const documented = (table: typeof apigCodes | typeof fssCodes) =>
    table.map(([code, status, title]) => `| ${code} | ${status} | ${title} |`).join("\n");
  return `
# Codes

Every problem has a code: \`error_code\` in the body, \`problem.code\` in the hooks.

## Generic codes

A problem without a code of its own gets the code of its status. The option \`service\` replaces \`FSS\`.

| code | status | title |
| --- | --- | --- |
${errors.map(([status, { title }]) => `| FSS.0${status} | ${status} | ${title} |`).join("\n")}

## Failures of functions

FunctionGraph reports a failed function by one of these codes. The option \`hiddenFailures\` finds them behind a 200
([FunctionGraph](../functiongraph.md#functions-that-fail-behind-a-200)).

| code | status | the client reads | source |
| --- | --- | --- | --- |
${Object.entries(failures)
  .map(([code, { status, detail, why }]) => `| ${code} | ${status} | ${detail} | ${why} |`)
  .join("\n")}

## Codes of FunctionGraph

\`explainCode()\` returns these rows. The titles are ours.

| code | status | title |
| --- | --- | --- |
${documented(fssCodes)}

## Codes of API Gateway

| code | status | title |
| --- | --- | --- |
${documented(apigCodes)}`;
}
