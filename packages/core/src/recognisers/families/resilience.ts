import type { Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { isAbortedByTimer } from "../aborted-by-timer.js";
import { timeoutName } from "../fault-in-message.js";
import { limitedCallFinding } from "../http-clients/call-finding.js";
import { fault, type Context, type Family, type Rule } from "../rule.js";

const timedOut = fault("http_response_timeout");
const circuitOpen = fault("destination_unavailable");
const limitReached = fault("connection_limit_reached");
const shuttingDown: Finding = { status: 503 };

/** Recognises deadlines, aborts, circuit breakers, bulkheads and pools: the gateway itself ended its work. */
export const resilience: Family = {
  names: {
    AbortError: firstRule(clientGoneFinding, abortFinding),
    // Only those without a name of their own: p-timeout's, for an abort whose reason is not an Error.
    DOMException: firstRule(clientGoneFinding, abortFinding),
    // generic-pool and tarn wait for a free resource; all others for the work itself.
    TimeoutError: firstRule(
      whenMessage(/^ResourceRequest timed out$|^operation timed out for an unknown reason$/, limitReached),
      timeoutFinding,
    ),
    // cockatiel: its timeout reports a timeout also when it was cancelled from outside.
    TaskCancelledError: firstRule(clientGoneFinding, whenMessage(/^Operation timed out after /, timedOut), abortFinding),
    BrokenCircuitError: circuitOpen,
    IsolatedCircuitError: circuitOpen,
    BulkheadRejectedError: limitReached,
    // bottleneck: a job that could never run and a wrong call are bugs; the other messages are options.
    BottleneckError: firstRule(
      whenMessage(/^This job timed out after /, timedOut),
      whenMessage(/^(?!Impossible |A job with |stop\(\) )/, limitReached),
    ),
    // generic-pool again.
    Error: (error) => poolMessages.get(readText(error, "message") ?? ""),
  },
  codes: {
    // opossum: a socket has the last two codes, too.
    EOPENBREAKER: circuitOpen,
    ESEMLOCKED: limitReached,
    ESHUTDOWN: whenMessage(/^The circuit has been shutdown\.$/, shuttingDown),
    ETIMEDOUT: whenMessage(/^Timed out after \d+ms$/, timedOut),
  },
};

/** Maps the messages of pools that throw a plain Error to a finding. */
const poolMessages: ReadonlyMap<string, Finding> = new Map([
  ["max waitingClients count exceeded", limitReached],
  ["pool is draining and cannot accept work", shuttingDown],
]);

/** Recognises work that no client waits for any more. */
function clientGoneFinding(_error: object, { clientGone, origin }: Context): Finding | undefined {
  return clientGone || origin === "inbound" ? { status: 499 } : undefined;
}

/**
 * Recognises an abort while the client still waits. Its reason may say what it is (Node keeps `signal.reason` as the cause).
 * Otherwise this gateway ended the work: it shut down, or cancelled what it no longer needed. Nothing was wrong with an
 * upstream's answer (502), nothing is known to be late (504) or broken (500), and a repetition may well succeed: 503.
 */
function abortFinding(error: object, { recognise }: Context): Finding {
  const reason = recognise(read(error, "cause"));
  if (reason && reason.status >= 500) return { status: reason.status, proxyError: reason.proxyError };
  return isAbortedByTimer(error) ? timedOut : shuttingDown;
}

/** Recognises an error that nothing else is known of by a name that says what it is: libraries follow the same habit. */
export function findingByName(error: object, context: Context): Finding | undefined {
  if (context.name === "Error") return undefined;
  if (timeoutName.test(context.name)) return timeoutFinding(error, context);
  return limitName.test(context.name) ? limitedCallFinding(error) : undefined;
}

const limitName = /(?:RateLimit(?:ed|Exceeded)?|TooManyRequests|ResourceExhausted|Throttl(?:ed|ing))(?:Error|Exception)$/;

function timeoutFinding(_error: object, { origin }: Context): Finding {
  return origin === "inbound" ? { status: 408 } : origin === "datastore" ? { status: 504 } : timedOut;
}

type RuleFunction = Exclude<Rule, Finding>;

function whenMessage(text: RegExp, finding: Finding): RuleFunction {
  return (error) => (text.test(readText(error, "message") ?? "") ? finding : undefined);
}

function firstRule(...rules: readonly RuleFunction[]): RuleFunction {
  return (error, context) => {
    for (const rule of rules) {
      const found = rule(error, context);
      if (found) return found;
    }
    return undefined;
  };
}
