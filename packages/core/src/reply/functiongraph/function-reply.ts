import { codeFields, flagField, idField, signs } from "../../http/invocation-fields.js";
import type { ReplyHead } from "../../http/reply-head.js";
import type { Finding } from "../../problem/finding.js";
import { read, readStatus, readText } from "../../util/safe-read.js";
import { isRequestId } from "../../util/sanitize.js";
import { codeOf } from "../error-body/error-body.js";
import { codeOfMessage, failed, failureOfCode, isListed, successes, timeLimits } from "./failure-codes.js";

/**
 * What the head of a reply says of the function behind it: that it failed, that it did well, or that the reply is an invocation's and
 * that only its content can tell; undefined for a reply that is none.
 */
export type Verdict = "failed" | "well" | "unsaid" | undefined;

/** @param limit octets of content that are looked at at most */
export function invocationHead({ status, headers }: ReplyHead, limit = Infinity): InvocationHead {
  const told = toldBy(headers);
  return { ...told, verdict: verdictOf(status, headers, told, limit) };
}

function verdictOf(status: number, headers: ReplyHead["headers"], { isTold, isFailed, code }: Told, limit: number): Verdict {
  if (isFailed) return isAnswer(status) && failureOfCode(code) === failed ? "well" : "failed";
  if (isTold) return "well";
  const isInvocations = status === 200 && signs.some((name) => headers[name] !== undefined);
  return isInvocations && canTell(headers, limit) ? "unsaid" : undefined;
}

/**
 * What a reply says of a function that failed, whatever its status; undefined when it says nothing of the kind.
 * @param content what was parsed: a JSON value, or plain text
 */
export function functionFinding(head: ReplyHead, content: unknown, told = invocationHead(head)): Finding | undefined {
  const envelope = isEnvelope(content) ? content : undefined;
  const result = envelope ? parsed(envelope.result) : content;
  const saidBy = codeOfMessage((typeof result === "string" ? result : readText(result, "errorMessage")) ?? "");
  const timeLimit = timeLimitIn(head, content);
  const { verdict } = told;
  const isRuntimes = isFailure(result);
  const hasFailed = isAnswer(head.status)
    ? isRuntimes && (told.isFailed || saidBy !== undefined)
    : verdict !== "well" && (isRuntimes || saysFailed(envelope));
  if (verdict !== "failed" && !hasFailed && timeLimit === undefined) return undefined;
  const code = told.code ?? saidBy ?? timeLimit;
  const { status, detail } = failureOfCode(code);
  const requestId = invocationId(head, envelope?.request_id ?? readText(result, "trace_id"));
  return { status, detail, code: isListed(code) ? code : codeOf(code), requestId, receivedStatus: head.status };
}

/** The id that FunctionGraph, or else API Gateway, has given the request. @param said the one in the content */
export function invocationId({ headers }: ReplyHead, said: string | undefined): string | undefined {
  return [headers[idField], said, headers["x-request-id"]].find(isRequestId);
}

/**
 * A function that failed hides behind a 200, documented, or is told of by a 500 (openYuanrong's front end). With any other status an HTTP
 * function has answered, and its runtime (Go) calls it 4002 for not being a 2xx: a redirect or a 404 stays what it is.
 */
function isAnswer(status: number): boolean {
  return status !== 500 && !(status >= 200 && status <= 299);
}

/** JSON, but not a stream of it; or a text. */
const tellingType = /^(?:[\w.-]{1,40}\/(?!stream\b)(?:[\w.-]{1,80}\+)?json|text\/plain)[ \t]*(?:;|$)/i;

/** Whether content may be one of the forms below, and is not too long to be looked at. */
function canTell(headers: ReplyHead["headers"], limit: number): boolean {
  const type = String(headers["content-type"] ?? "");
  return (type === "" || tellingType.test(type)) && !(Number(headers["content-length"]) > limit);
}

/** What the head says, read once. */
export interface InvocationHead extends Told {
  readonly verdict: Verdict;
}

interface Told {
  /** Whether the head says how it went at all. */
  readonly isTold: boolean;
  readonly isFailed: boolean;
  readonly code: string | undefined;
}

function toldBy(headers: ReplyHead["headers"]): Told {
  const codes = codeFields.flatMap((name) => wordsIn(headers[name]));
  const flags = wordsIn(headers[flagField]);
  const code = codes.find((each) => !successes.has(each));
  const isFailed = code !== undefined || flags.some((flag) => /^true$/i.test(flag));
  return { isTold: codes.length + flags.length > 0, isFailed, code };
}

/** A field may come several times, in a list. */
function wordsIn(field: ReplyHead["headers"][string]): readonly string[] {
  const words = [field ?? []].flat().flatMap((value) => String(value).split(","));
  return words.map((word) => word.trim()).filter((word) => word !== "");
}

/** The platform's own word for one, which comes as any error of its API does. */
function timeLimitIn({ status }: ReplyHead, content: unknown): string | undefined {
  const code = readText(content, "error_code") ?? "";
  return status === 500 && timeLimits.has(code) ? code : undefined;
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

/** By its status alone only in the documented form: others have codes of their own there. */
function saysFailed(envelope: Envelope | undefined): boolean {
  const isDocumented = ["result", "log"].every((name) => readText(envelope, name) !== undefined);
  return isDocumented && readStatus(envelope, "status") !== undefined;
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
