import { codeFields, flagField, idField, invocationSigns } from "../../http/invocation-fields.js";
import type { ReplyHead } from "../../http/reply-head.js";
import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { isRequestId } from "../../util/sanitize.js";
import { errorCodeIn } from "../error-body/error-body.js";
import { codeOfMessage, failureOfCode, isListed, successes, timeLimits, unnamedFailure } from "./failure-codes.js";

/**
 * Names the outcome of a function by its reply's head: it fails, it passes, or the reply is an invocation's and only its content can decide
 * ("undecided"); undefined for a reply that is no invocation's.
 */
type InvocationOutcome = "fails" | "passes" | "undecided" | undefined;

/**
 * Inspects the head of a reply that may be an invocation's.
 * @param limit octets of content that are read; longer content is not inspected
 */
export function invocationHead({ status, headers }: ReplyHead, limit = Infinity): InvocationHead {
  const report = reportOf(headers);
  return { ...report, outcome: outcomeOf(status, headers, report, limit) };
}

function outcomeOf(
  status: number,
  headers: ReplyHead["headers"],
  { isReported, isFailed, code }: HeadReport,
  limit: number,
): InvocationOutcome {
  if (isFailed) return isHttpFunctionAnswer(status) && failureOfCode(code) === unnamedFailure ? "passes" : "fails";
  if (isReported) return "passes";
  const isInvocation = status === 200 && invocationSigns.some((name) => headers[name] !== undefined);
  return isInvocation && mayShowFailure(headers, limit) ? "undecided" : undefined;
}

/**
 * Makes the finding of a function that failed, whatever the reply's status; undefined when the reply reports no failure.
 * @param content the parsed body: a JSON value, or plain text
 */
export function functionFinding(head: ReplyHead, content: unknown, invocation = invocationHead(head)): Finding | undefined {
  const envelope = isEnvelope(content) ? content : undefined;
  const result = envelope ? parsedResult(envelope.result) : content;
  const codeInMessage = codeOfMessage((typeof result === "string" ? result : readText(result, "errorMessage")) ?? "");
  const timeLimit = timeLimitIn(head, content);
  const { outcome } = invocation;
  const isRuntimeFailure = isRuntimeError(result);
  const hasFailed = isHttpFunctionAnswer(head.status)
    ? isRuntimeFailure && (invocation.isFailed || codeInMessage !== undefined)
    : outcome !== "passes" && (isRuntimeFailure || reportsFailure(envelope));
  if (outcome !== "fails" && !hasFailed && timeLimit === undefined) return undefined;
  const code = invocation.code ?? codeInMessage ?? timeLimit;
  const { status, detail } = failureOfCode(code);
  const requestId = invocationId(head, envelope?.request_id ?? readText(result, "trace_id"));
  return { status, detail, code: isListed(code) ? code : errorCodeIn(code), requestId, receivedStatus: head.status };
}

/**
 * Gives the id that FunctionGraph, or else API Gateway, has given the request.
 * @param idInContent the one in the content
 */
export function invocationId({ headers }: ReplyHead, idInContent: string | undefined): string | undefined {
  return [headers[idField], idInContent, headers["x-request-id"]].find(isRequestId);
}

/**
 * Whether an HTTP function has answered by itself. A function that failed hides behind a 200, which is documented, or is reported
 * by a 500 (openYuanrong's front end). With any other status an HTTP function has answered, and its runtime (Go) calls it 4002
 * for not being a 2xx: a redirect or a 404 stays what it is.
 */
function isHttpFunctionAnswer(status: number): boolean {
  return status !== 500 && !(status >= 200 && status <= 299);
}

/** Matches JSON, but not a stream of it; or a text. */
const inspectableType = /^(?:[\w.-]{1,40}\/(?!stream\b)(?:[\w.-]{1,80}\+)?json|text\/plain)[ \t]*(?:;|$)/i;

/** Whether content may have one of the forms below, and is not too long to be read. */
function mayShowFailure(headers: ReplyHead["headers"], limit: number): boolean {
  const type = String(headers["content-type"] ?? "");
  return (type === "" || inspectableType.test(type)) && !(Number(headers["content-length"]) > limit);
}

/** Describes what the head reports of an invocation, read once. */
export interface InvocationHead extends HeadReport {
  readonly outcome: InvocationOutcome;
}

interface HeadReport {
  /** Whether the head reports the outcome at all. */
  readonly isReported: boolean;
  readonly isFailed: boolean;
  readonly code: string | undefined;
}

function reportOf(headers: ReplyHead["headers"]): HeadReport {
  const codes = codeFields.flatMap((name) => valuesIn(headers[name]));
  const flags = valuesIn(headers[flagField]);
  const code = codes.find((each) => !successes.has(each));
  const isFailed = code !== undefined || flags.some((flag) => /^true$/i.test(flag));
  return { isReported: codes.length + flags.length > 0, isFailed, code };
}

/** Splits a field that may come several times, in a list. */
function valuesIn(field: ReplyHead["headers"][string]): readonly string[] {
  const words = [field ?? []].flat().flatMap((value) => String(value).split(","));
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** Finds the platform's own code for a time limit, which comes as any error of its API does. */
function timeLimitIn({ status }: ReplyHead, content: unknown): string | undefined {
  const code = readText(content, "error_code") ?? "";
  return status === 500 && timeLimits.has(code) ? code : undefined;
}

/** Describes the synchronous invocation's v1 reply. */
interface InvocationEnvelope {
  readonly request_id: string;
  /** The function's result, a text by the documents. */
  readonly result: unknown;
  readonly status: number;
}

const envelopeMembers = new Set(["request_id", "result", "log", "status"]);

function isEnvelope(content: unknown): content is InvocationEnvelope {
  return (
    hasOnly(content, envelopeMembers) &&
    readText(content, "request_id") !== undefined &&
    read(content, "result") !== undefined &&
    Number.isInteger(read(content, "status"))
  );
}

/** Whether an envelope reports a failure by its status. That counts only in the documented form: others have codes of their own there. */
function reportsFailure(envelope: InvocationEnvelope | undefined): boolean {
  const isDocumented = ["result", "log"].every((name) => readText(envelope, name) !== undefined);
  return isDocumented && readStatus(envelope, "status") !== undefined;
}

const runtimeErrorMembers = new Set(["errorMessage", "errorType", "stackTrace"]);

/** Whether content is what the runtimes answer for a failed function. With other members it is the function's own result. */
function isRuntimeError(content: unknown): boolean {
  return (
    ["errorMessage", "errorType"].every((name) => readText(content, name) !== undefined) && hasOnly(content, runtimeErrorMembers)
  );
}

function hasOnly(content: unknown, names: ReadonlySet<string>): boolean {
  return typeof content === "object" && content !== null && Object.keys(content).every((name) => names.has(name));
}

/** Parses a result, which is JSON in a text. */
function parsedResult(result: unknown): unknown {
  try {
    return typeof result === "string" ? JSON.parse(result) : result;
  } catch {
    return result;
  }
}
