import { ownTexts } from "../../problem/own-texts.js";

/** Describes what a code of FunctionGraph's means for the client. */
interface Failure {
  /** HTTP status, before the contract folds it. */
  readonly status: number;
  /** Text for the client, in our own words. */
  readonly detail: string;
  /** The source, and for a judgement its reason. */
  readonly why: string;
  /** Starts of the message, for a failure without a code. Never for a 4xx: a function can choose its message. */
  readonly says?: readonly string[] | undefined;
}

type Row = (why: string, ...says: readonly string[]) => Failure;

const failureRow =
  (status: number, detail: string): Row =>
  (why, ...says) => ({ status, detail, why, says });

// A function and its platform are an upstream to this gateway: their failure is a 502, never a 500 (RFC 9110 section 15.6.3).
const unloadable = failureRow(502, ownTexts["function-not-loaded"]);
const unready = failureRow(502, ownTexts["function-not-started"]);
const unusable = failureRow(502, ownTexts["function-result-unusable"]);
const exhausted = failureRow(502, ownTexts["function-out-of-resources"]);
const stateless = failureRow(502, ownTexts["function-state"]);
const platform = failureRow(502, ownTexts["function-platform"]);
const busy = failureRow(503, ownTexts["function-busy"]);
const runTimedOut = failureRow(504, ownTexts["function-timed-out"]);
const startTimedOut = failureRow(504, ownTexts["function-start-timed-out"]);

/** Describes a function that failed in a way that has no name. */
export const unnamedFailure: Failure = failureRow(502, ownTexts["function-failed"])(
  "The runtimes' word for what a function throws.",
  "function invocation exception", // Node, C++
  "user function failed to run", // Java
  "Fail to run user call handler", // Python
);

/**
 * Maps the codes of FunctionGraph's runtimes and front end to failures. A function that failed is not listed. "Runtimes" are the
 * error tables of openYuanrong's for Node, Java, Python, Go and C++; "front end", "scheduler" and "worker" are what
 * openYuanrong's statuscode.go says of them.
 */
export const failures: Readonly<Record<string, Failure>> = {
  500: platform("Runtimes: the executor's own fault."),
  4001: unloadable(
    "Runtimes: there is no such entry.",
    "function entry exception",
    "function entry cannot be found",
    "user entry not found",
  ),
  4002: unnamedFailure,
  4003: stateless("Runtimes: the state is too large.", "state content is too large"),
  4004: unusable(
    "Runtimes: the result is larger than 6 MB.",
    "the return value of the function exceeds",
    "function return value is too large",
    "response body size ",
  ),
  4005: stateless("Runtimes: the state is not there.", "init state function invocation exception", "state is undefined"),
  4006: stateless("Front end: a state that the function does not have. Also said of a heartbeat function that is none."),
  4007: unusable(
    "Runtimes: the result is no JSON.",
    "function result is invalid",
    "failed to convert the result to a JSON string",
  ),
  4009: unready("Runtimes: the initialiser failed.", "function initialization exception"),
  4010: runTimedOut("Runtimes, front end: the time limit has passed.", "invoke timed out", "call request timed out"),
  4011: busy("Runtimes, front end: the instance's circuit is open.", "function circuit break"),
  4014: runTimedOut(
    "Front end: the worker did not answer in time. The C++ runtime alone means a function that cannot be loaded.",
  ),
  4021: busy("Front end: traffic is limited."),
  4022: busy("Front end: no instance of that label."),
  4024: failureRow(
    404,
    ownTexts["function-not-found"],
  )("Front end: the function has no metadata. FSS.1051, which says the same, is a 404."),
  4025: busy("Scheduler: no lease is left."),
  4029: platform("Scheduler: its own fault."),
  4036: platform("Front end: the function's credentials could not be set up."),
  4140: failureRow(413, ownTexts["function-request-too-large"])("Runtimes, front end: the request's content exceeds 6 MB."),
  4201: unready(
    "Runtimes, front end: the function did not start.",
    "function initialization failed",
    "Fail to run user init handler",
    "failed to find init handler",
    "init failed bootstrap failed",
  ),
  4202: exhausted("Front end: shared memory."),
  4203: platform("Front end: the disk failed."),
  4204: exhausted("Front end: disk space."),
  4205: exhausted("Go runtime; FunctionGraph's FAQ has the words.", "runtime memory limit exceeded", "call request oom"),
  4207: exhausted("Go runtime.", "call request disk limit"),
  4211: startTimedOut(
    "Runtimes, front end: the initialiser's time limit has passed.",
    "runtime initialization timed out",
    "init failed request timed out",
    "init failed bootstrap timed out",
  ),
  4212: unready("Front end: no permission for the function's VPC."),
  4219: unready("Front end: the function's VPC does not exist."),
  4222: unready("Front end: the agency for the function's VPC does not exist."),
  6001: platform("Runtimes: the executor did not start."),
  6037: busy("Runtimes: too many leases are being asked for."),
  9000: busy("Scheduler: it is shutting down."),
  9009: busy("Front end: no scheduler is left."),
  150424: platform("Scheduler: metadata that should be there are not."),
  150425: platform("Scheduler: the instance is gone."),
  150427: platform("Scheduler: the instance is in a bad state."),
  150429: busy("Scheduler: the function's limit of instances."),
  150430: busy("Scheduler: no instance became free in time; in FunctionGraph, the cluster is overloaded."),
  150431: busy("Scheduler: no instance is available."),
  150432: busy("Scheduler: the tenant's limit of instances on demand."),
  150433: busy("Scheduler: the tenant's limit of reserved instances."),
  150434: busy("Scheduler: the function is disabled. A matter of maintenance (RFC 9110 section 15.6.4)."),
  150435: busy("Scheduler: the function is being woken; try again."),
  150436: busy("Scheduler: no network card is left."),
  150438: busy("Scheduler: no ephemeral storage is left."),
  150439: busy("Scheduler: the cluster is being upgraded."),
  150440: busy("Scheduler: the instance that was asked for is not available."),
  150444: busy("Scheduler: no instance of that label."),
  150460: busy("Scheduler: the instance that was asked for is gone."),
  150461: busy("Scheduler: the instance's limit of concurrency."),
  150500: platform("Scheduler: its own fault."),
  150510: busy("Scheduler: the cluster is overloaded."),
  161900: platform("Worker: its own fault."),
  161912: busy("Worker: too many instances are being made."),
  161914: busy("Worker: the cluster has no resources left."),
  // 200401 and 200403 are not listed: they concern this gateway's credentials, and a function that could choose them would log
  // its client out.
  200400: failureRow(400, ownTexts["function-request-not-understood"])("Front end: it answers 400."),
  200404: failureRow(404, ownTexts["function-not-found"])("Front end: it answers 404."),
  200413: failureRow(413, ownTexts["function-request-too-large"])("Front end: it answers 413."),
  200429: failureRow(429, ownTexts["function-throttled"])("Front end: it answers 429."),
  200500: platform("Front end: its own fault. It answers 500, which from an upstream is no valid answer."),
  211411: busy("Worker: the function is being updated; try again."),
  211429: busy("Worker: too much is waiting; try another."),
  211503: busy("Worker: the instance is shutting down; try another."),
  211504: busy("Worker: the instance is shutting down; try another."),
  214503: busy("Front end: its memory is nearly full."),
  330404: platform("Front end: the word for all that has no other."),
  331404: platform("Front end: the same, and a second try may help."),
  504211: startTimedOut("Scheduler: 4211, counted from 500000."),
  "FSS.4010": runTimedOut("Huawei Cloud's newer error table, seen in an excerpt: a 500 for an execution that timed out."),
  "FSS.4011": startTimedOut("The same excerpt: a 500 for an initialisation that timed out."),
};

/** Lists time limits that the platform reports in the content of a 500 of its API. */
export const timeLimits: ReadonlySet<string> = new Set(["FSS.4010", "FSS.4011"]);

/** Lists codes of success: the invocation's, and the front end's own 200, 202 and 204 (statuscode.go). */
export const successes: ReadonlySet<string> = new Set(["0", "200", "200200", "200202", "200204"]);

const beginnings: readonly (readonly [beginning: string, code: string])[] = Object.entries(failures).flatMap(
  ([code, { says = [] }]) => says.map((beginning) => [beginning, code] as const),
);

/** Gives the failure of a code; the unnamed one for a code that is not listed. */
export function failureOfCode(code: string | undefined): Failure {
  return isListed(code) ? failures[code]! : unnamedFailure;
}

export function isListed(code: string | undefined): code is string {
  return code !== undefined && Object.hasOwn(failures, code);
}

/** Finds the code of a runtime's message by its start. The rest of the message is the function's own. */
export function codeOfMessage(message: string): string | undefined {
  return beginnings.find(([beginning]) => message.startsWith(beginning))?.[1];
}
