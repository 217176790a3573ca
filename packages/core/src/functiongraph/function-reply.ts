import { read, readText } from "../read.js";
import type { Finding } from "../recognisers/rule.js";
import { isRequestId } from "../request-id.js";
import type { ReplyHead } from "../upstream/replies/reply.js";
import { codeOfMessage, failed, failureOfCode, successes } from "./failures.js";

/**
 * What the head of a reply says of the function behind it: that it failed, that it did well, or that the reply is an invocation's and
 * that only its content can tell; undefined for a reply that is none.
 */
export type Verdict = "failed" | "well" | "unsaid" | undefined;

/** Told by FunctionGraph of an invocation (API reference, executing a function synchronously), and by openYuanrong's front end. */
const ofInvocations = ["x-cff-response-version", "x-cff-invoke-summary", "x-cff-request-id", "x-invoke-summary"];

/** @param limit octets of content that are looked at at most */
export function verdictOf({ status, headers }: ReplyHead, limit = Infinity): Verdict {
  const codes = wordsIn(headers, "x-func-err-code", "x-inner-code");
  const flags = wordsIn(headers, "x-is-func-err");
  const code = codes.find(isFailing);
  const isFailed = code !== undefined || flags.some((flag) => /^true$/i.test(flag));
  if (isFailed) return isAnswer(status) && failureOfCode(code) === failed ? "well" : "failed";
  if (codes.length + flags.length > 0) return "well";
  const isInvocations = status === 200 && ofInvocations.some((name) => headers[name] !== undefined);
  return isInvocations && canTell(headers, limit) ? "unsaid" : undefined;
}

/**
 * What a reply says of a function that failed, whatever its status; undefined when it says nothing of the kind.
 * @param content what was parsed: a JSON value, or plain text
 */
export function functionFinding(head: ReplyHead, content: unknown): Finding | undefined {
  const verdict = verdictOf(head);
  if (verdict === "well" || (verdict !== "failed" && isAnswer(head.status))) return undefined;
  const envelope = isEnvelope(content) ? content : undefined;
  const result = envelope ? parsed(envelope.result) : content;
  const isFailed = verdict === "failed" || isFailure(result) || (envelope?.status ?? 0) >= 400;
  if (!isFailed) return undefined;
  const message = typeof result === "string" ? result : readText(result, "errorMessage");
  const code = wordsIn(head.headers, "x-func-err-code", "x-inner-code").find(isFailing) ?? codeOfMessage(message ?? "");
  const { status, detail } = failureOfCode(code);
  const requestId = invocationId(head, envelope?.request_id ?? readText(result, "trace_id"));
  return { status, detail, code, requestId, receivedStatus: head.status };
}

/** The id that FunctionGraph, or else API Gateway, has given the request. @param said the one in the content */
export function invocationId({ headers }: ReplyHead, said: string | undefined): string | undefined {
  return [headers["x-cff-request-id"], said, headers["x-request-id"]].find(isRequestId);
}

/**
 * A function that failed hides behind a 200, documented, or is told of by a 500 (openYuanrong's front end). With any other status an HTTP
 * function has answered, and its runtime (Go) calls it 4002 for not being a 2xx: a redirect or a 404 stays what it is.
 */
function isAnswer(status: number): boolean {
  return status !== 500 && !(status >= 200 && status <= 299);
}

/** Whether content may be one of the forms below, and is not too long to be looked at. */
function canTell(headers: ReplyHead["headers"], limit: number): boolean {
  const type = String(headers["content-type"] ?? "");
  return (type === "" || /[/+]json\b|^text\/plain\b/i.test(type)) && !(Number(headers["content-length"]) > limit);
}

function isFailing(code: string): boolean {
  return !successes.has(code);
}

/** What fields say; one may come several times, in a list. */
function wordsIn(headers: ReplyHead["headers"], ...names: readonly string[]): readonly string[] {
  const values = names.flatMap((name) => headers[name] ?? []);
  const words = values.flatMap((value) => String(value).split(","));
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** The synchronous invocation's v1 reply. */
interface Envelope {
  readonly request_id: string;
  /** The function's, a text by the documents. */
  readonly result: unknown;
  readonly status: number;
}

const ofEnvelope = new Set(["request_id", "result", "log", "status"]);

function isEnvelope(content: unknown): content is Envelope {
  return (
    hasOnly(content, ofEnvelope) &&
    readText(content, "request_id") !== undefined &&
    read(content, "result") !== undefined &&
    Number.isInteger(read(content, "status"))
  );
}

const ofFailure = new Set(["errorMessage", "errorType", "stackTrace"]);

/** What the runtimes answer in a failed function's place. With other members it is a function's own business. */
function isFailure(content: unknown): boolean {
  return ["errorMessage", "errorType"].every((name) => readText(content, name) !== undefined) && hasOnly(content, ofFailure);
}

function hasOnly(content: unknown, names: ReadonlySet<string>): boolean {
  return typeof content === "object" && content !== null && Object.keys(content).every((name) => names.has(name));
}

/** A result is JSON in a text. */
function parsed(result: unknown): unknown {
  try {
    return typeof result === "string" ? JSON.parse(result) : result;
  } catch {
    return result;
  }
}
