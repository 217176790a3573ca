import { functionGraph, type Contract } from "./contract.js";
import { exposableHeaders } from "./headers.js";
import type { FieldError, Origin, Problem } from "./problem.js";
import { recognise } from "./recognisers/index.js";
import type { Finding } from "./recognisers/rule.js";
import { foldStatus } from "./contract.js";
import { clean, cleanCode } from "./text.js";

/** What the caller knows of the request that failed: a node request's own state, by its own names. */
export interface RequestState {
  /** The client went away before its answer. Default false. */
  readonly clientGone?: boolean;
  /** The request came with a Content-Encoding. Default false. */
  readonly encodedRequest?: boolean;
  /** The request's content has not fully arrived. Default false. */
  readonly unreadRequest?: boolean;
}

export interface NormalizeOptions extends RequestState {
  /** Default: `functionGraph`. */
  readonly contract?: Contract;
  /** Prefix of the generic codes. Default "FSS". */
  readonly service?: string;
  /** Who was being talked to, when the caller knows. */
  readonly origin?: Origin;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. Default none. */
  readonly relay?: Iterable<number>;
}

/** Invalid fields that are listed at most; the rest are not worth the client's while. */
const mostErrors = 100;

/**
 * What a thrown value means for the client: the only door for thrown values. Never throws, whatever the value.
 * An unknown one is a 500 that says nothing.
 * @example normalizeError(createError(404, "No such order")).status // 404
 */
export function normalizeError(thrown: unknown, options: NormalizeOptions = {}): Problem {
  try {
    return toProblem(recognise(thrown, contextOf(options)) ?? unknown, thrown, options);
  } catch {
    return toProblem(unknown, thrown, options);
  }
}

const unknown: Finding = { status: 500 };

function contextOf(options: NormalizeOptions) {
  const { origin, clientGone = false, encodedRequest = false, unreadRequest = false, relay = [] } = options;
  return { origin, clientGone, encodedRequest, unreadRequest, relay: new Set(relay) };
}

/** Folds a finding into the contract and fills in what it leaves open. */
export function toProblem(finding: Finding, cause: unknown, options: NormalizeOptions): Problem {
  const { contract = functionGraph, service = "FSS" } = options;
  const status = foldStatus(contract, finding.status, finding.upstream);
  const { title, description } = contract.statuses[status] ?? functionGraph.statuses[status]!;
  const errors = finding.errors?.slice(0, mostErrors).map(cleanField);
  const headers = exposableHeaders(finding.headers);
  return {
    type: "about:blank",
    status,
    title,
    detail: clean(finding.detail) || description,
    code: cleanCode(finding.code) ?? `${service}.0${status}`,
    ...(errors?.length && { errors }),
    ...(finding.extensions && { extensions: finding.extensions }),
    ...(headers && { headers }),
    receivedStatus: finding.receivedStatus ?? (finding.status === status ? undefined : finding.status),
    proxyError: finding.proxyError,
    cause,
  };
}

function cleanField({ pointer, parameter, header, detail }: FieldError): FieldError {
  const place = pointer !== undefined ? { pointer } : parameter !== undefined ? { parameter } : header !== undefined ? { header } : {};
  return { ...place, detail: clean(detail) || "Not valid." };
}
