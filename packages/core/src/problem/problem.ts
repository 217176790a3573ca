import { foldStatus, functionGraph, type Contract } from "../contract/contract.js";
import { exposableHeaders } from "../http/header-fields.js";
import { pathIn } from "../http/path-in.js";
import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";
import { readText } from "../util/safe-read.js";
import { clean, cleanCode, cleanType } from "../util/sanitize.js";
import type { FieldError, Finding } from "./finding.js";

/** The one value that every failure becomes: readonly plain data, all of it but `cause` fit for the client. */
export interface Problem {
  /**
   * URI of the kind of problem (RFC 9457 section 3.1.1): at most 1000 characters, with the scheme http, https, urn, tag or about.
   * `map` may choose a relative reference as well; anything else is not taken.
   */
  readonly type: string;
  /** A status of the contract. */
  readonly status: number;
  /** The contract's message for the status. */
  readonly title: string;
  /** What the thrower meant the client to read, else the contract's description. */
  readonly detail: string;
  /** Sent as `error_code`: the thrower's own, else `<service>.0<status>`. */
  readonly code: string;
  readonly errors?: readonly FieldError[];
  /** Further members of the body. Names and texts in them are sent without control characters; an upstream's come without them. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Header fields to send along, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The status that became this one, where it was another: thrown, or answered by an upstream. */
  readonly receivedStatus: number | undefined;
  /** What an upstream answered, if one did, whether or not the client gets the same. */
  readonly upstreamStatus: number | undefined;
  /** RFC 9209 section 2.3 type of an upstream fault. */
  readonly proxyError: ProxyErrorType | undefined;
  /** Path of the request that failed, where a service of this contract further on has said so: at most 2000 characters. Default: this request's. */
  readonly instance?: string;
  /** The id that such a service, or FunctionGraph, has given the request. One that came with this request is preferred. */
  readonly requestId?: string;
  /** Whether no operator needs to hear of it, though it is a 5xx: it is a client's doing. Default false. */
  readonly routine?: boolean;
  /** What was thrown, for logs. Never rendered. */
  readonly cause: unknown;
}

/** What a user may replace of a problem. */
export type ProblemChange = Partial<
  Pick<Problem, "type" | "status" | "title" | "detail" | "code" | "errors" | "extensions" | "headers">
>;

/** Invalid fields that are listed at most; the rest are not worth the client's while. */
export const mostErrors = 100;

/** A problem in the making. Members are assigned: spreading an object and adding to it costs as much as the rest together. */
type Draft = { -readonly [Name in keyof Problem]: Problem[Name] };

/** Folds a finding into the contract and fills in what it leaves open. */
export function toProblem(finding: Finding, cause: unknown, contract: Contract, service: string): Problem {
  const status = foldStatus(contract, finding.status, finding.upstream);
  const { title, detail, code } = documented(status, contract, service);
  const receivedStatus = finding.receivedStatus ?? (finding.status === status ? undefined : finding.status);
  const upstreamStatus = finding.upstream ? finding.status : finding.receivedStatus;
  const { proxyError, ours, instance, requestId } = finding;
  const draft: Draft = { type: "about:blank", status, title, detail, code, receivedStatus, upstreamStatus, proxyError, cause };
  if (requestId !== undefined) draft.requestId = requestId;
  if (finding.routine) draft.routine = true;
  // A server error's words were not written for this client, whatever status an upstream gave them.
  if (finding.upstream && status >= 500 && !ours) return fill(draft, { code: finding.code, headers: finding.headers }, undefined);
  const path = instance === undefined ? undefined : pathIn(instance);
  if (path !== undefined) draft.instance = path;
  const type = cleanType(finding.type);
  if (type !== undefined && (type !== draft.type || (ours && finding.status === status))) {
    draft.type = type;
    draft.title = clean(finding.title) || title;
  }
  return fill(draft, finding, finding.detail);
}

/** A problem with members replaced by a user. Texts that were the contract's follow a changed status. */
export function changeProblem(
  problem: Problem,
  change: ProblemChange | undefined | void,
  contract: Contract,
  service: string,
): Problem {
  if (!change) return problem;
  const base = change.status === undefined ? problem : withStatus(problem, change.status, contract, service);
  const draft: Draft = { ...base, type: cleanType(change.type, true) ?? base.type, title: clean(change.title) || base.title };
  return fill(draft, change, change.detail);
}

function withStatus(problem: Problem, received: number, contract: Contract, service: string): Problem {
  const status = foldStatus(contract, received);
  const [before, after] = [documented(problem.status, contract, service), documented(status, contract, service)];
  const follows = (name: "title" | "detail" | "code") => (problem[name] === before[name] ? after[name] : problem[name]);
  const receivedStatus = problem.receivedStatus ?? (received === status ? undefined : received);
  return { ...problem, status, title: follows("title"), detail: follows("detail"), code: follows("code"), receivedStatus };
}

function documented(status: number, contract: Contract, service: string) {
  const { title, description } = contract.statuses[status] ?? functionGraph.statuses[status]!;
  return { title, detail: description, code: `${service}.0${status}` };
}

/** Whatever is given is made fit for the client first. */
function fill(draft: Draft, { code, errors, extensions, headers }: Partial<Finding>, words: unknown): Problem {
  const text = clean(words);
  if (text !== "" && text !== draft.title) draft.detail = text; // a status phrase says nothing that the title does not
  draft.code = cleanCode(code) ?? draft.code;
  if (Array.isArray(errors)) draft.errors = errors.slice(0, mostErrors).map(cleanField);
  if (extensions) draft.extensions = extensions;
  const fit = exposableHeaders(headers);
  if (fit) draft.headers = fit;
  return draft;
}

const places = ["pointer", "parameter", "header"] as const;

function cleanField(field: FieldError): FieldError {
  const fit: Partial<Record<keyof FieldError, string>> = {};
  const place = places.find((name) => readText(field, name) !== undefined);
  if (place !== undefined) fit[place] = clean(field[place]);
  fit.detail = clean(readText(field, "detail")) || "Not valid.";
  return fit as FieldError;
}
