import { isErrorStatus } from "../contract.js";
import { read, readText } from "../read.js";
import type { Finding } from "../recognisers/rule.js";
import { isRequestId } from "../request-id.js";
import { cleanCode } from "../text.js";
import type { ReplyHead } from "../upstream/replies/reply.js";
import { failed, failures, type Failure } from "./failures.js";

/**
 * What the head of a reply says of the function behind it: that it failed, that it did well, or that the reply is an invocation's
 * without a word on how it went; undefined for a reply that is none.
 */
export type Verdict = "failed" | "well" | "unsaid" | undefined;

/** Told by FunctionGraph of an invocation (API reference, executing a function synchronously). */
const ofInvocations = ["x-cff-response-version", "x-cff-invoke-summary", "x-cff-request-id", "x-invoke-summary"];

export function verdictOf({ headers }: ReplyHead): Verdict {
  if (codeIn(headers) !== undefined || isTrue(headers["x-is-func-err"])) return "failed";
  if (headers["x-func-err-code"] !== undefined || headers["x-is-func-err"] !== undefined) return "well";
  return ofInvocations.some((name) => headers[name] !== undefined) ? "unsaid" : undefined;
}

/**
 * What a reply says of a function that failed, whatever its status; undefined when it says nothing of the kind.
 * @param content what was parsed: a JSON value, or plain text
 */
export function functionFinding(head: ReplyHead, content: unknown): Finding | undefined {
  const verdict = verdictOf(head);
  if (verdict === "well" && !isErrorStatus(head.status)) return undefined;
  const envelope = isEnvelope(content) ? content : undefined;
  const result = envelope ? parsed(envelope.result) : content;
  const code = codeIn(head.headers) ?? innerCodeOf(result);
  const message = isFailure(result) ? result.errorMessage : undefined;
  const isFailed = verdict === "failed" || code !== undefined || message !== undefined || (envelope?.status ?? 0) >= 400;
  if (!isFailed) return undefined;
  const [named, failure] = failureOf(code, message);
  const { status, detail } = failure;
  const requestId = invocationId(head, envelope?.request_id ?? readText(result, "trace_id"));
  return { status, detail, code: cleanCode(named), requestId, receivedStatus: head.status };
}

/** The id that FunctionGraph, or else API Gateway, has given the request. @param said the one in the content */
export function invocationId({ headers }: ReplyHead, said: string | undefined): string | undefined {
  return [headers["x-cff-request-id"], said, headers["x-request-id"]].find(isRequestId);
}

function failureOf(code: string | undefined, message: string | undefined): [code: string | undefined, Failure] {
  if (code !== undefined) return [code, Object.hasOwn(failures, code) ? failures[code]! : failed];
  const found = Object.entries(failures).find(([, { says }]) => says?.some((words) => message?.startsWith(words)));
  return found ?? [undefined, failed];
}

function codeIn(headers: ReplyHead["headers"]): string | undefined {
  const codes = ["x-func-err-code", "x-inner-code"].map((name) => String(headers[name] ?? "").trim());
  return codes.find((code) => code !== "" && code !== "0");
}

function isTrue(value: unknown): boolean {
  return String(value).trim().toLowerCase() === "true";
}

/** The synchronous invocation's v1 reply. */
interface Envelope {
  readonly request_id: string;
  readonly result: string;
  readonly status: number;
}

function isEnvelope(content: unknown): content is Envelope {
  const texts = ["request_id", "result", "log"].every((name) => readText(content, name) !== undefined);
  return texts && Number.isInteger(read(content, "status"));
}

interface Failed {
  readonly errorMessage: string;
  readonly errorType: string;
}

function isFailure(content: unknown): content is Failed {
  return readText(content, "errorMessage") !== undefined && readText(content, "errorType") !== undefined;
}

/** Of the front end's `{ code, message, trace_id }`. */
function innerCodeOf(content: unknown): string | undefined {
  const code = read(content, "code");
  const isFrontEnds = Number.isSafeInteger(code) && code !== 0 && readText(content, "trace_id") !== undefined;
  return isFrontEnds ? String(code) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
