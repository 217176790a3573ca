import type { FieldError, Problem, ProxyErrorType } from "@fg-errors/core";
import { isError, read, readText } from "@fg-errors/core/adapter";
import { redactSecrets } from "./redact-secrets.js";

/**
 * Describes an error of a log record: its texts, and nothing else of it.
 * @example
 * const cause: SerializedCause = serializeCause(error);
 * cause.type; // "TypeError"
 */
export interface SerializedCause {
  /** The error's name, such as "TypeError"; the type of a value that is no error. */
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  /** The code of a system or library, such as "ECONNREFUSED". */
  readonly code?: string;
  readonly cause?: SerializedCause;
  /** The errors of an AggregateError. */
  readonly errors?: readonly SerializedCause[];
}

/**
 * Describes a problem of a log record. Members that a problem lacks are absent.
 * @example
 * const record: SerializedProblem = serializeProblem(problem);
 * JSON.stringify(record);
 */
export interface SerializedProblem {
  readonly type: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly code: string;
  readonly errors?: readonly FieldError[];
  readonly instance?: string;
  /** Id that an upstream has given the request. */
  readonly requestId?: string;
  readonly receivedStatus?: number;
  readonly upstreamStatus?: number;
  readonly proxyError?: ProxyErrorType;
  readonly routine?: boolean;
  readonly cause?: SerializedCause;
}

const members = [
  "type",
  "status",
  "title",
  "detail",
  "code",
  "errors",
  "instance",
  "requestId",
  "receivedStatus",
  "upstreamStatus",
  "proxyError",
  "routine",
] as const satisfies readonly (keyof Problem)[];

/** Limits the errors that are listed for one problem. The limit also ends a cycle. */
const maxErrors = 5;

const maxMessageCharacters = 1000;

const maxStackCharacters = 4000;

/**
 * Makes plain data of a problem, for a log record: without the header fields and the extension members, and with the texts of its causes.
 * It takes the place of a serializer of pino, or of a part of a format of winston.
 * @returns plain data that JSON.stringify() writes as it is; a value that is no problem as it came
 * @example pino({ serializers: { problem: serializeProblem } }).error({ problem }, problem.detail);
 */
export function serializeProblem(problem: Problem): SerializedProblem {
  if (typeof read(problem, "status") !== "number") return problem as SerializedProblem;
  const entries: [name: string, value: unknown][] = members.map((name) => [name, read(problem, name)]);
  const cause = read(problem, "cause");
  if (cause !== undefined && cause !== null) entries.push(["cause", serializeCause(cause)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as unknown as SerializedProblem;
}

/**
 * Makes plain data of a thrown value, for a log record: name, message, stack and code along its causes, at most five errors. Secrets in the
 * texts are redacted, and no other member is read: errors of HTTP clients have the request's credentials.
 * @param thrown any value; an error that pino's own serializer has seen before is the same
 * @example pinoHttp({ serializers: { err: serializeCause } });
 */
export function serializeCause(thrown: unknown): SerializedCause {
  return causeWithin(thrown, { left: maxErrors });
}

function causeWithin(thrown: unknown, budget: { left: number }): SerializedCause {
  budget.left--;
  const raw = read(thrown, "raw"); // where pino's serializer keeps the error
  const error = !isError(thrown) && isError(raw) ? raw : thrown;
  const [cause, errors, code, stack] = [read(error, "cause"), read(error, "errors"), codeOf(error), readText(error, "stack")];
  return {
    type: typeName(error),
    message: bounded(readText(error, "message") ?? plainValue(error), maxMessageCharacters),
    ...(stack && { stack: bounded(stack, maxStackCharacters) }),
    ...(code !== undefined && { code }),
    ...(cause !== undefined && cause !== null && budget.left > 0 && { cause: causeWithin(cause, budget) }),
    ...(Array.isArray(errors) && budget.left > 0 && { errors: errorsWithin(errors, budget) }),
  };
}

/** Gives a primitive as a text; an empty one for an object, whose members are not read. */
function plainValue(value: unknown): string {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? "" : String(value);
}

function errorsWithin(errors: readonly unknown[], budget: { left: number }): readonly SerializedCause[] {
  const listed: SerializedCause[] = [];
  for (let at = 0; budget.left > 0 && isError(read(errors, at)); at++) listed.push(causeWithin(read(errors, at), budget));
  return listed;
}

/** Gives the name of a thrown value's type: `name`, or `type` of an error that pino's serializer has copied. */
function typeName(error: unknown): string {
  return bounded(readText(error, "name") || readText(error, "type") || typeof error, 100);
}

function codeOf(error: unknown): string | undefined {
  const code = read(error, "code");
  return typeof code === "string" || typeof code === "number" ? bounded(String(code), 100) : undefined;
}

/** Cuts a text after its secrets are redacted, so that no part of one remains at the end. */
function bounded(text: string, most: number): string {
  const redacted = redactSecrets(text.slice(0, most * 2));
  return redacted.length > most ? `${redacted.slice(0, most - 1)}…` : redacted;
}
