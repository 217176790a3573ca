import { channel } from "node:diagnostics_channel";
import type { Problem } from "../problem/problem.js";
import { guardHook } from "../util/guard-hook.js";
import { warn } from "../util/stderr.js";
import type { Facts } from "./request-facts.js";

/**
 * Describes the context of a problem, for the operator.
 * @example const onError = (problem: Problem, { requestId }: ProblemContext) => logger.error({ requestId, problem });
 */
export interface ProblemContext<Request = unknown, Response = unknown, Context = unknown> {
  readonly requestId: string;
  readonly method: string | undefined;
  /** The request's own path, without its query, whatever an upstream says: at most 2000 printable ASCII characters. */
  readonly instance: string;
  /** Whether the response had begun, so that the client got a broken transfer instead of this problem. */
  readonly responseStarted: boolean;
  /** The request's facts as the adapter gave them. */
  readonly facts: Facts;
  /**
   * The request as the framework gave it: Express's, Koa's `ctx.request`, that of node:http or fetch, or the event of a function. undefined
   * where there was none, as for octets that are no HTTP. It and the next two are not enumerable, so that a log of the context does not list them.
   */
  readonly request: Request | undefined;
  /** The response as the framework gave it: Express's, Koa's `ctx.response`, or that of node:http; undefined where there is none. */
  readonly response: Response | undefined;
  /** Koa's context, or the context that the runtime gave a function; else undefined. */
  readonly ctx: Context | undefined;
}

/** Makes a context. The facts have what the framework gave, and list it no more than this does. */
export class ReportedContext implements ProblemContext {
  readonly requestId: string;
  readonly method: string | undefined;
  readonly instance: string;
  readonly responseStarted: boolean;
  readonly facts: Facts;

  constructor({ requestId, method, instance, responseStarted, facts }: Omit<ProblemContext, "request" | "response" | "ctx">) {
    this.requestId = requestId;
    this.method = method;
    this.instance = instance;
    this.responseStarted = responseStarted;
    this.facts = facts;
  }

  get request(): unknown {
    return this.facts.request;
  }

  get response(): unknown {
    return this.facts.response;
  }

  get ctx(): unknown {
    return this.facts.ctx;
  }
}

/** Publishes every problem: `{ problem, context }`. */
const problemChannel = channel("fg-errors:problem");

type Hook = (problem: Problem, context: ProblemContext) => unknown;

type Report = (problem: Problem, context: ProblemContext) => void;

/**
 * Makes the function that reports to the operator: to `onError`, to the channel, and a 5xx to the host; to stderr when neither `onError`
 * nor the host handles it. A subscriber to the channel may only count, so it handles nothing. It never throws.
 */
export function createReport(onError: Hook | undefined, onServerError: Hook | undefined): Report {
  const reportToUser = onError && guardHook("onError", onError);
  const reportToHost = onServerError && guardHook("an error listener", onServerError, (isHandled) => isHandled === true);
  return (problem, context) => {
    reportToUser?.(problem, context);
    if (problemChannel.hasSubscribers) problemChannel.publish({ problem, context });
    if (problem.status < 500 || problem.routine) return;
    const isHandled = reportToHost?.(problem, context) || reportToUser;
    if (!isHandled) queueMicrotask(() => logGuarded(problem, context)); // formatting a stack is expensive: after the response
  };
}

/** Writes a problem to stderr. An adapter's facts may be invalid, and a throw in a microtask would end the process. */
const logGuarded = guardHook("the line on stderr", logToStderr);

function logToStderr(
  { status, code, cause, receivedStatus, requestId: upstreamRequestId = "" }: Problem,
  { method, instance, requestId, responseStarted }: ProblemContext,
) {
  const received = receivedStatus === undefined ? "" : `, received ${receivedStatus}`;
  const linked = upstreamRequestId === "" || upstreamRequestId === requestId ? "" : `, upstream's ${upstreamRequestId}`;
  const cut = responseStarted ? ", response cut" : "";
  warn(`${status} ${code} ${method ?? "-"} ${instance} (request ${requestId}${linked}${received}${cut})`, cause);
}
