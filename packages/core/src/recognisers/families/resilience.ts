import type { Finding } from "../../problem/finding.js";
import { read, readText } from "../../util/safe-read.js";
import { fault, type Context, type Family, type Rule } from "../rule.js";

const late = fault("http_response_timeout");
const open = fault("destination_unavailable");
const full = fault("connection_limit_reached");
const closing: Finding = { status: 503 };

/** Deadlines, aborts, circuit breakers, bulkheads and pools: the ways in which a gateway gives up on its own account. */
export const resilience: Family = {
  names: {
    AbortError: first(gone, abandoned),
    // Unnamed ones only: p-timeout's, of an abort whose reason is not an Error.
    DOMException: first(gone, abandoned),
    // generic-pool and tarn wait for a free resource; everybody else for the work itself.
    TimeoutError: first(saying(/^ResourceRequest timed out$|^operation timed out for an unknown reason$/, full), overdue),
    // cockatiel: its timeout says that it timed out when it was cancelled from outside, too.
    TaskCancelledError: first(gone, saying(/^Operation timed out after /, late), abandoned),
    BrokenCircuitError: open,
    IsolatedCircuitError: open,
    BulkheadRejectedError: full,
    // bottleneck: a job that could never run and a wrong call are bugs; the texts of the rest are options.
    BottleneckError: first(saying(/^This job timed out after /, late), saying(/^(?!Impossible |A job with |stop\(\) )/, full)),
    // generic-pool again.
    Error: (error) => plain.get(readText(error, "message") ?? ""),
  },
  codes: {
    // opossum: the last two codes are also a socket's.
    EOPENBREAKER: open,
    ESEMLOCKED: full,
    ESHUTDOWN: saying(/^The circuit has been shutdown\.$/, closing),
    ETIMEDOUT: saying(/^Timed out after \d+ms$/, late),
  },
};

/** Errors that have nothing but their message. */
const plain: ReadonlyMap<string, Finding> = new Map([
  ["max waitingClients count exceeded", full],
  ["pool is draining and cannot accept work", closing],
]);

/** What nobody waits for any more. */
function gone(_error: object, { clientGone, origin }: Context): Finding | undefined {
  return clientGone || origin === "inbound" ? { status: 499 } : undefined;
}

/**
 * Aborted while the client still waits: for a reason that says what it is (Node keeps `signal.reason` as the cause), or else because
 * this gateway gave up, shutting down or cancelling what it no longer needs. Nothing was wrong with an upstream's answer (502),
 * nothing is known to be late (504) or broken (500), and a repetition may well succeed: 503.
 */
function abandoned(error: object, { recognise }: Context): Finding {
  const reason = recognise(read(error, "cause"));
  return reason && reason.status >= 500 ? { status: reason.status, proxyError: reason.proxyError } : closing;
}

function overdue(_error: object, { origin }: Context): Finding {
  return origin === "inbound" ? { status: 408 } : origin === "datastore" ? { status: 504 } : late;
}

type Reading = Exclude<Rule, Finding>;

function saying(text: RegExp, finding: Finding): Reading {
  return (error) => (text.test(readText(error, "message") ?? "") ? finding : undefined);
}

function first(...rules: readonly Reading[]): Reading {
  return (error, context) => {
    for (const rule of rules) {
      const found = rule(error, context);
      if (found) return found;
    }
    return undefined;
  };
}
