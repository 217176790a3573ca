import { foldStatus, functionGraph, type Contract } from "../contract/contract.js";
import { exposableHeaders } from "../http/header-fields.js";
import { pathIn } from "../http/path-in.js";
import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { maxFieldErrors } from "../util/limits.js";
import { readText } from "../util/safe-read.js";
import { clean, cleanCode, cleanType } from "../util/sanitize.js";
import type { FieldError, Finding } from "./finding.js";
import { ownTexts } from "./own-texts.js";

/**
 * Describes a failure: every failure becomes one. Readonly plain data, all of it but `cause` fit for the client.
 * @example
 * const onError = ({ status, code, cause }: Problem) => logger.error({ status, code, cause });
 * app.use(fgErrors({ onError }));
 */
export interface Problem {
  /**
   * URI of the kind of problem (RFC 9457 section 3.1.1): at most 1000 characters, with the scheme http, https, urn, tag or about.
   * `problem()` and `map` may choose a relative reference as well; any other is ignored.
   */
  readonly type: string;
  /** A status of the contract. */
  readonly status: number;
  /** The contract's message for the status. */
  readonly title: string;
  /** Text that the thrower meant for the client, else the contract's description. */
  readonly detail: string;
  /** Sent as `error_code`: the thrower's own code, else `<service>.0<status>`. */
  readonly code: string;
  readonly errors?: readonly FieldError[];
  /** Further members of the body. Their names and texts are sent without control characters; an upstream's arrive without them. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Header fields to send along, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Status that was folded to this one, where they differ: it was thrown, or an upstream answered it. */
  readonly receivedStatus: number | undefined;
  /** Status that an upstream answered, if one did, whether or not the client gets the same. */
  readonly upstreamStatus: number | undefined;
  /** Type of an upstream fault (RFC 9209 section 2.3). */
  readonly proxyError: ProxyErrorType | undefined;
  /**
   * Path of the request that failed, where a service of this contract behind this gateway named it: at most 2000 characters.
   * Default: this request's.
   */
  readonly instance?: string;
  /** Id that such a service, or FunctionGraph, has given the request. One that came with this request takes precedence. */
  readonly requestId?: string;
  /** Language of the texts, where such a service named it. Default: English, as far as anybody knows. */
  readonly language?: string;
  /** Whether no operator needs a report, though it is a 5xx: it was announced, or its client caused it. Default false. */
  readonly routine?: boolean;
  /** The thrown value, for logs. Never rendered. */
  readonly cause: unknown;
}

/**
 * Lists the members of a problem that a user may replace.
 * @example
 * const map = ({ status }: Problem): ProblemChange => (status === 503 ? { detail: "Please try again in a minute." } : {});
 * app.use(fgErrors({ map }));
 */
export type ProblemChange = Partial<
  Pick<Problem, "type" | "status" | "title" | "detail" | "code" | "errors" | "extensions" | "headers">
>;

/** Describes a problem under construction. Members are assigned: to spread an object and add to it costs as much as the rest together. */
type Draft = { -readonly [Name in keyof Problem]: Problem[Name] };

/** Folds a finding into the contract and fills in the members that it leaves open. */
export function toProblem(finding: Finding, cause: unknown, contract: Contract, service: string): Problem {
  const { status, title, detail, code } = documentedRow(finding.status, finding.upstream, contract, service);
  const receivedStatus = finding.receivedStatus ?? (finding.status === status ? undefined : finding.status);
  const upstreamStatus = finding.upstream ? finding.status : finding.receivedStatus;
  const { proxyError, ownContract, instance, requestId, language } = finding;
  const draft: Draft = { type: "about:blank", status, title, detail, code, receivedStatus, upstreamStatus, proxyError, cause };
  if (requestId !== undefined) draft.requestId = requestId;
  if (finding.routine) draft.routine = true;
  // A server error's texts were not written for this client, whatever status an upstream gave them.
  if (finding.upstream && status >= 500 && !ownContract)
    return fill(draft, { headers: finding.headers }, undefined, cleanCode(finding.code), undefined);
  if (ownContract && language !== undefined) draft.language = language;
  const path = instance === undefined ? undefined : pathIn(instance);
  if (path !== undefined) draft.instance = path;
  const type = finding.isChecked ? finding.type : cleanType(finding.type, !finding.upstream && !ownContract);
  if (type !== undefined && (type !== draft.type || (ownContract && finding.status === status))) {
    draft.type = type;
    draft.title = (finding.isChecked ? finding.title : clean(finding.title)) || title;
  }
  if (finding.isChecked) return fill(draft, finding, finding.detail, finding.code, finding.errors);
  return fill(draft, finding, finding.detail, cleanCode(finding.code), cleanFields(finding.errors));
}

/** Replaces members of a problem as a user asks. Texts that were the contract's follow a changed status. */
export function changeProblem(
  problem: Problem,
  change: ProblemChange | undefined | void,
  contract: Contract,
  service: string,
): Problem {
  if (!change) return problem;
  const base = change.status === undefined ? problem : withStatus(problem, change.status, contract, service);
  const draft: Draft = { ...base, type: cleanType(change.type, true) ?? base.type, title: clean(change.title) || base.title };
  return fill(draft, change, change.detail, cleanCode(change.code), cleanFields(change.errors));
}

function withStatus(problem: Problem, received: number, contract: Contract, service: string): Problem {
  const before = documentedRow(problem.status, false, contract, service);
  const after = documentedRow(received, false, contract, service);
  const { status } = after;
  const follows = (name: "title" | "detail" | "code") => (problem[name] === before[name] ? after[name] : problem[name]);
  const receivedStatus = problem.receivedStatus ?? (received === status ? undefined : received);
  const { headers: given, ...others } = problem;
  const fit = exposableHeaders(given, status); // one of them may belong to the status before
  const headers = fit === undefined ? {} : { headers: fit };
  return {
    ...others,
    ...headers,
    status,
    title: follows("title"),
    detail: follows("detail"),
    code: follows("code"),
    receivedStatus,
  };
}

type DocumentedRow = Pick<Problem, "status" | "title" | "detail" | "code">;

/** Keeps the documented rows of the last contract and service, by the statuses of the contract: most processes have one of each. */
let last = { contract: functionGraph, service: "", rows: new Map<number, DocumentedRow>() };

/** Folds a status into the contract, and returns what is documented of the one that it leads to. */
function documentedRow(received: number, upstream: boolean | undefined, contract: Contract, service: string): DocumentedRow {
  if (last.contract !== contract || last.service !== service) last = { contract, service, rows: new Map() };
  const { rows } = last;
  const documented = upstream ? undefined : rows.get(received);
  if (documented) return documented;
  const status = foldStatus(contract, received, upstream);
  const { title, description: detail } = contract.statuses[status] ?? functionGraph.statuses[status]!;
  const row = { status, title, detail, code: `${service}.0${status}` };
  if (status === received && !upstream) rows.set(status, row);
  return row;
}

/**
 * Fills a draft with members that are made fit for the client first.
 * @param code already cleaned
 * @param errors already cleaned
 */
function fill(
  draft: Draft,
  { extensions, headers }: Pick<Finding, "extensions" | "headers">,
  message: unknown,
  code: string | undefined,
  errors: Problem["errors"],
): Problem {
  const text = clean(message);
  if (text !== "" && text !== draft.title) draft.detail = text; // a status phrase only repeats the title
  if (code !== undefined) draft.code = code;
  if (errors !== undefined) draft.errors = errors;
  if (extensions) draft.extensions = extensions;
  const fit = exposableHeaders(headers, draft.status);
  if (fit) draft.headers = fit;
  return draft;
}

function cleanFields(errors: unknown): readonly FieldError[] | undefined {
  return Array.isArray(errors) ? Array.from(errors.slice(0, maxFieldErrors), cleanField) : undefined;
}

function cleanField(field: FieldError): FieldError {
  const detail = clean(readText(field, "detail")) || ownTexts["not-valid"];
  const pointer = readText(field, "pointer");
  if (pointer !== undefined) return { pointer: clean(pointer), detail };
  const parameter = readText(field, "parameter");
  if (parameter !== undefined) return { parameter: clean(parameter), detail };
  const header = readText(field, "header");
  return header === undefined ? { detail } : { header: clean(header), detail };
}
