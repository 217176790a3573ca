import type { Contract } from "@fg-errors/core";
import { foldedStatus } from "../samples.js";
import { block, foldLines, requiredLines } from "./caddy-blocks.js";
import {
  commonFields,
  edgeFolds,
  keptStatusFields,
  passedFields,
  removedFields,
  requestIdField,
  retryAfterForm,
  successCodes,
  type EdgeAnswer,
} from "./edge-answers.js";

/** Writes the snippet `fg-relay` for reverse proxies, and those that it imports. */
export function relaySnippets(contract: Contract, answers: readonly EdgeAnswer[]): readonly string[][] {
  const folds = edgeFolds(contract).map(({ status, upstream }) => [status, upstream] as const);
  const passing = folds.flatMap(([status, target]) => (status === target ? [status] : []));
  const folded = foldLines("http.reverse_proxy.status_code", folds, foldedStatus(contract, 600, true));
  return [
    block("(fg-relay)", relayLines(passing)),
    block("(fg-pass)", block("route", passLines(answers))),
    block("(fg-function)", block("route", functionLines)),
    block("(fg-replace)", block("route", [...folded, ...keptLines, "error upstream {fg_status}"])),
  ];
}

/** Decides on a reply. The contract's application/json is known by the fields that core sends along. */
const relayLines = (passing: readonly number[]) => [
  ...block("@fg_json", [
    `status ${passing.join(" ")}`,
    "header content-type application/json*",
    "header cache-control no-store",
    "header x-content-type-options nosniff",
    `header ${requestIdField} *`,
  ]),
  ...block("handle_response @fg_json", [
    `@fg_passes expression \`${replyField(requestIdField)} == {fg_id}\``,
    ...block("handle @fg_passes", ["import fg-pass"]),
    ...block("handle", ["import fg-replace"]),
  ]),
  "@fg_failed status 4xx 5xx 6xx 7xx 8xx 9xx",
  ...block("handle_response @fg_failed", [
    ...block("@fg_passes", [
      `vars_regexp ${replyField("content-type")} \`(?i)^application/problem[+]json[ \\t]*(;|$)\``,
      `expression \`{http.reverse_proxy.status_code} in [${passing.join(", ")}]\``,
    ]),
    ...block("handle @fg_passes", ["import fg-pass"]),
    ...block("handle", ["import fg-replace"]),
  ]),
  ...functionFields.flatMap((name) => [
    ...block(`@fg_${name}`, ["status 2xx", `header ${name} *`]),
    ...block(`handle_response @fg_${name}`, ["import fg-function"]),
  ]),
];

/** Passes a reply of the contract. The first block has lines with a minus, so that all of it counts when the reply's own fields are there. */
const passLines = (answers: readonly EdgeAnswer[]) => [
  ...block("header", [
    ...removedFields.map((name) => `-${name}`),
    ...commonFields.map((name) => `${name} ${answers[0]!.fields[name]}`),
  ]),
  `header ?${requestIdField} {fg_id}`,
  ...requiredLines(answers, "http.reverse_proxy.status_code"),
  "copy_response",
];

/** Names the fields that report a function's outcome. */
const functionFields = ["x-func-err-code", "x-inner-code", "x-is-func-err"];

/** Replaces the reply of a function that failed behind a success. */
const functionLines = [
  ...functionFields.flatMap((name) =>
    block(`map ${replyField(name)} {fg_${name}}`, [`\`~(?i)^(|false|${successCodes.join("|")})$\` passes`, "default fails"]),
  ),
  `@fg_fails expression \`"fails" in [${functionFields.map((name) => `{fg_${name}}`).join(", ")}]\``,
  ...block("handle @fg_fails", ["import fg-replace"]),
  "copy_response",
];

/** Keeps fields of a reply that is replaced: some of every reply, one of a certain status. */
const keptLines = [
  ...block("copy_response_headers", [`include ${["set-cookie", ...passedFields].join(" ")}`]),
  ...keptField("retry-after", retryAfterForm),
  ...keptStatusFields.flatMap(([status, name]) =>
    keptField(name, "[A-Za-z0-9_-].*", [`expression \`{fg_status} == "${status}"\``]),
  ),
];

function keptField(name: string, form: string, conditions: readonly string[] = []): string[] {
  return [
    ...block(`@fg_${name}`, [`vars_regexp ${replyField(name)} \`^(${form})$\``, ...conditions]),
    ...block(`copy_response_headers @fg_${name}`, [`include ${name}`]),
  ];
}

/** Names the placeholder of a reply's field, with the name as Go writes it: it knows no other. */
function replyField(name: string): string {
  return `{http.reverse_proxy.header.${name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())}}`;
}
