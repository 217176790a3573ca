import type { Contract } from "@fg-errors/core";
import type { Format } from "../formats/format.js";
import { foldedStatus } from "../samples.js";
import {
  commonFields,
  edgeAnswers,
  edgeBody,
  edgeComment,
  edgeFolds,
  headNotes,
  invalidTrace,
  keptStatusFields,
  passedFields,
  removedFields,
  requestIdField,
  retryAfterForm,
  successCodes,
  traceForm,
  unquotable,
  type EdgeAnswer,
} from "./edge-answers.js";
import { byTarget, statusRanges } from "./status-ranges.js";

/** Writes a section `defaults fg-errors` for HAProxy: each frontend that refers to it keeps the contract. */
export const haproxy: Format = (contract) => {
  const answers = edgeAnswers(contract);
  const written = new Map(answers.map((answer) => [answer.status, haproxyAnswer(answer)]));
  const passing = edgeFolds(contract).filter(({ status, upstream }) => status === upstream);
  const rules = [
    "mode http",
    "unique-id-format %[uuid()]",
    ...ownStatuses.map((status) => `http-error status ${status} ${written.get(foldedStatus(contract, status))}`),
    ...requestRules,
    ...replacingRules(contract),
    ...passingRules(statusRanges(passing.map(({ status }) => status))),
    ...[...fieldsOfStatus, ...otherFields].map(({ store }) => store),
    ...[...written].map(
      ([status, answer]) => `http-response return status ${status} ${answer} if { var(txn.fg_status) -m int ${status} }`,
    ),
    ...ownFolds(contract),
    ...fieldsOfStatus.map(({ send }) => send),
    ...fieldRules(answers),
    // Those that find no room in HAProxy's buffer are left out, and do not make the answer a 500.
    "http-after-response strict-mode off",
    ...otherFields.map(({ send }) => send),
    "http-after-response strict-mode on",
  ];
  return `${edgeComment(contract, haproxyNotes)}\n\ndefaults fg-errors\n${rules.map((rule) => `    ${rule}\n`).join("")}`;
};

const haproxyNotes = `For HAProxy 2.5 and later; tested with 2.6.12 (Debian 12).

Load this file before the one with your frontends (haproxy -f fg-errors.cfg -f haproxy.cfg), or paste it above them. A frontend keeps the
contract when it refers to this section:
    frontend web from fg-errors
It takes nothing from your own defaults then: give it its "timeout client", "timeout http-request", "log" and options itself.
- A listen section cannot refer to it, and no backend needs to.
- Remove "errorfile" and "http-error" from your backends and their defaults: they come before these. Debian's haproxy.cfg has some.
- Do not set "unique-id-format" in the frontend. %[var(txn.fg_id)] is the request's id for your log-format.
- Use "http-after-response" for fields of all responses: your "http-response" rules are not run for a reply that is replaced.

HAProxy cannot do this:
- A request that its parser refuses, or whose head comes too late, gets HAProxy's own HTML page with a 400 or 408.
- A server that refuses connections is a 503, not a 502.
${headNotes}
- The answers of your own "http-request return" keep their content.`.split("\n");

/** Lists the statuses of HAProxy's own answers that http-error replaces (2.5). */
const ownStatuses = [400, 401, 403, 404, 405, 407, 408, 410, 413, 425, 429, 500, 501, 502, 503, 504];

/** Gives the client's id where a rule has taken it, else the generated one: HAProxy may answer before any rule is run. */
const requestId = "%[unique-id,concat(+,txn.fg_id),word(-1,+)]";

/** Limits the octets of a body: HAProxy makes the whole response in one buffer, of 16384 octets by default. */
const maxBodyOctets = 10_000;

/** Writes media type and body of an answer. Nothing but the quote ends a text in strong quotes; %[ begins an expression. */
function haproxyAnswer(answer: EdgeAnswer): string {
  const syntax = { requestId, instance: "%[var(txn.fg_path,/)]", special: /['%]/g };
  const body = edgeBody(answer, syntax);
  if (Buffer.byteLength(body) > maxBodyOctets)
    throw unquotable("HAProxy", answer.status, answer.body.detail, `the body is longer than ${maxBodyOctets} octets`);
  return `content-type application/problem+json lf-string '${body}'`;
}

/** Takes what an answer repeats of the request, before HAProxy waits for content. */
const requestRules = [
  ...[requestIdField, "x-cff-request-id"].map((name) => idRule(name, "", "^[A-Za-z0-9._-]{1,128}$")),
  `${idRule("traceparent", ",field(2,-)", traceForm)} !{ req.fhdr(traceparent) -m reg '${invalidTrace}' }`,
  "tcp-request content set-var(txn.fg_id) unique-id if !{ var(txn.fg_id) -m found }",
  `tcp-request content set-var(txn.fg_path) path if { path -m reg "^/[A-Za-z0-9._~!\\$&'()*+,;=:@/%-]{0,1999}\\$" } !{ path -m beg // }`,
  "tcp-request content set-var(txn.fg_accept) req.fhdr(accept)",
  `http-request set-header ${requestIdField} %[var(txn.fg_id)]`,
];

function idRule(name: string, converter: string, form: string): string {
  return `tcp-request content set-var(txn.fg_id) req.fhdr(${name})${converter} if !{ var(txn.fg_id) -m found } { req.fhdr_cnt(${name}) 1 } { req.fhdr(${name}) -m reg '${form}' }`;
}

/** Sets the status that replaces a reply's: of a failure, of what is no status, and of a function that failed behind a success. */
function replacingRules(contract: Contract): string[] {
  const replaceBy = (status: number, condition: string) => `http-response set-var(txn.fg_status) int(${status}) if ${condition}`;
  const folds = edgeFolds(contract).map(({ status, upstream }) => [status, upstream] as const);
  const signs = ["x-func-err-code", "x-inner-code"].map(
    (name) => `{ res.fhdr(${name}) -m found } !{ res.fhdr(${name}) -m str ${successCodes.join(" ")} }`,
  );
  return [
    ...byTarget(folds).map(([target, ranges]) => replaceBy(target, `{ status ${ranges} }`)),
    replaceBy(foldedStatus(contract, 600, true), "{ status 0:99 600:9999 }"),
    ...[...signs, "{ res.fhdr(x-is-func-err) -m str -i true }"].map((sign) =>
      replaceBy(foldedStatus(contract, 502, true), `{ status 200:299 } ${sign}`),
    ),
  ];
}

/** Passes what a service of this contract answers. Its application/json is known by the fields that core sends along. */
function passingRules(passing: readonly string[]): string[] {
  const isOfType = (type: string) => `{ res.fhdr(content-type) -m reg -i '^${type}[ \\t]*(;|$)' }`;
  const hasFields = `{ res.fhdr(cache-control) -m str no-store } { res.fhdr(x-content-type-options) -m str nosniff } { res.fhdr(${requestIdField}),strcmp(txn.fg_id) eq 0 }`;
  return [
    ...passing.flatMap((ranges) =>
      [isOfType("application/problem[+]json"), `${isOfType("application/json")} ${hasFields}`].map(
        (sign) => `http-response set-var(txn.fg_passes) bool(true) if { status ${ranges} } ${sign}`,
      ),
    ),
    "http-response unset-var(txn.fg_status) if { var(txn.fg_passes) -m found }",
  ];
}

/** Names the fields that may come several times. HAProxy reads one occurrence at a time: the first three are kept. */
const repeated: ReadonlySet<string> = new Set(["allow", "set-cookie", "www-authenticate"]);

/** Lists rules that store a field of a reply that is replaced, and rules that send it: what an answer with the status has. */
const fieldsOfStatus = [
  ...keptRules("retry-after", "found", `^${retryAfterForm}$`),
  ...keptStatusFields.flatMap(([status, name]) =>
    keptRules(name, `int ${status}`, name === "www-authenticate" ? "^[A-Za-z0-9_-]+([ ,].*)?$" : undefined),
  ),
];

/** Lists the same rules for what any answer may have. */
const otherFields = [...passedFields, "set-cookie"].flatMap((name) => keptRules(name, "found"));

function keptRules(name: string, status: string, form?: string) {
  return (repeated.has(name) ? [1, 2, 3] : [1]).map((index) => {
    const variable = `txn.fg_${name.replaceAll("-", "_")}_${index}`;
    const hasForm = form === undefined ? "" : ` { res.fhdr(${name},${index}) -m reg '${form}' }`;
    return {
      store: `http-response set-var(${variable}) res.fhdr(${name},${index}) if { var(txn.fg_status) -m ${status} }${hasForm}`,
      send: `http-after-response add-header ${name} %[var(${variable})] if { var(${variable}) -m found }`,
    };
  });
}

/** Folds the statuses of HAProxy's own answers. */
function ownFolds(contract: Contract): string[] {
  const folds = edgeFolds(contract).flatMap(({ status, own }) => (own === status ? [] : [[status, own] as const]));
  return byTarget(folds).map(([target, ranges]) => `http-after-response set-status ${target} if { status ${ranges} }`);
}

/** Sets and removes fields of an error response. */
function fieldRules(answers: readonly EdgeAnswer[]): string[] {
  const isFailed = "{ status 400:599 }";
  const isOurs = `${isFailed} !{ var(txn.fg_passes) -m found }`;
  const value = (text: string) => (text === "" ? "%[var(txn.fg_nothing)]" : `'${text.replaceAll("%", "%%")}'`);
  return [
    ...commonFields.map((name) => `set-header ${name} ${answers[0]!.fields[name]} if ${isFailed}`),
    `set-header ${requestIdField} ${requestId} if ${isFailed} !{ res.fhdr(${requestIdField}) -m found }`,
    ...removedFields.map((name) => `del-header ${name} if ${isFailed}`),
    ...acceptRules("application/json", "txn.fg_json", isOurs),
    ...acceptRules("application/problem+json", "txn.fg_problem", isOurs),
    `set-header content-type application/json if { var(txn.fg_json) -m bool } !{ var(txn.fg_problem) -m bool } { res.fhdr(content-type) -m str application/problem+json }`,
    ...answers.flatMap(({ status, fields }) =>
      Object.entries(fields)
        .filter(([name]) => !commonFields.includes(name))
        .map(([name, text]) => `set-header ${name} ${value(text)} if { status ${status} } !{ res.fhdr(${name}) -m found }`),
    ),
  ].map((rule) => `http-after-response ${rule}`);
}

/** Finds whether Accept takes a type. The last rule that matches decides, and so the most specific range. */
function acceptRules(type: string, variable: string, condition: string): string[] {
  const rule = (range: string, parameters: string, result: boolean) =>
    `set-var(${variable}) bool(${result}) if ${condition} { var(txn.fg_accept) -m reg -i '(^|,)[ \\t]*${range.replace(/[+*]/g, "[$&]")}[ \\t]*${parameters}(,|$)' }`;
  return ["*/*", "application/*", type].flatMap((range) => [
    rule(range, "(;[^,]*)?", true),
    rule(range, "(;[^,]*)?;[ \\t]*q=0([.]0*)?[ \\t]*(;[^,]*)?", false),
  ]);
}
