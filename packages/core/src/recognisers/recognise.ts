import type { Contract } from "../contract/contract.js";
import type { Finding } from "../problem/finding.js";
import { findingSymbol } from "../problem/problem-error.js";
import { maxRecognisedValues } from "../util/limits.js";
import { mayHaveMembers, read, readStatus } from "../util/safe-read.js";
import { clientFacing, operational, operationalInbound } from "./families.js";
import { findingByName } from "./families/resilience.js";
import { httpClientFinding } from "./http-clients/http-clients.js";
import { domainFinding } from "./domain-errors.js";
import { keysOf, seekMembers } from "./error-keys.js";
import { lookup } from "./lookup.js";
import { withRetryAfter } from "./retry-after.js";
import type { Circumstances, Context } from "./rule.js";
import { soundFinding } from "./sound-finding.js";

/**
 * Recognises a thrown value; undefined when nothing is known of it. May throw on a hostile value.
 * @param budget values that may still be examined
 */
export function recognise(
  thrown: unknown,
  given: Circumstances & { readonly contract?: Contract },
  budget = { left: maxRecognisedValues },
): Finding | undefined {
  if (!mayHaveMembers(thrown) || budget.left-- <= 0) return undefined;
  const { origin, clientGone = false, encodedRequest = false, unreadRequest = false, relayStatuses: listed = noStatuses } = given;
  const relayStatuses = listed instanceof Set ? listed : new Set(listed);
  const own = findingOfOwnError(thrown, relayStatuses);
  if (own) return own;
  const fiber = read(thrown, fiberCause);
  const ofFiber = read(fiber, "error") ?? read(fiber, "defect");
  if (ofFiber !== undefined) return recognise(ofFiber, given, budget);
  const { name, code, members } = keysOf(thrown);
  const context: Context = {
    name,
    code,
    members,
    origin,
    clientGone,
    encodedRequest,
    unreadRequest,
    relayStatuses,
    recognise: (value) => recognise(value, given, budget),
    httpClientFinding: (value) => (mayHaveMembers(value) ? httpClientFinding(value, keysOf(value), context) : undefined),
    operationalFinding: () => lookup(origin === "inbound" ? operationalInbound : operational, thrown, context),
  };
  const ofClient = httpClientFinding(thrown, context, context) ?? wrappedClientFinding(thrown, context);
  if (ofClient) return ofClient;
  const found =
    domainFinding(thrown, given.contract?.problems, context) ??
    lookup(clientFacing, thrown, context) ??
    withOwnStatus(thrown, context.operationalFinding());
  return found ? withRetryAfter(found, thrown) : (findingOfCause(thrown, context) ?? findingByName(thrown, context));
}

const noStatuses: ReadonlySet<number> = new Set();

/** Names the member in which effect's FiberFailure keeps why its fiber failed: Effect.runPromise() rejects with one, whatever it was. */
const fiberCause: unique symbol = Symbol.for("effect/Runtime/FiberFailure/Cause");

/** Reads the finding that our own errors carry. A Proxy that answers every question with itself carries none. */
function findingOfOwnError(error: object, relayStatuses: Context["relayStatuses"]): Finding | undefined {
  const finding = read(error, findingSymbol);
  if (finding === undefined) return undefined;
  const relayed = relayStatuses.size > 0 ? soundFinding(read(finding, "relayed")) : undefined;
  return relayed && relayStatuses.has(relayed.status) ? relayed : soundFinding(finding);
}

seekMembers(["originalError", "errors"]);

/** Finds an HTTP client's error in a wrapper. A wrapper may show what an upstream forged, so no rule may examine the wrapper first. */
function wrappedClientFinding(thrown: object, context: Context): Finding | undefined {
  const { members } = context;
  return (
    (members.has("originalError") ? context.httpClientFinding(read(thrown, "originalError")) : undefined) ??
    (members.has("errors") ? context.httpClientFinding(read(thrown, "errors", 0)) : undefined) ??
    (Array.isArray(thrown) ? context.httpClientFinding(read(thrown, 0)) : undefined)
  );
}

/**
 * Applies the status that many libraries put on their errors by convention. A 4xx is deliberate, so it replaces the status of an
 * operational finding. A 5xx says less than such a finding, and a 500 says nothing at all.
 */
function withOwnStatus(error: object, found: Finding | undefined): Finding | undefined {
  const status = readStatus(error, "status") ?? readStatus(error, "statusCode");
  if (status === undefined || status === 500) return found;
  if (status > 500) return found ?? { status };
  return found && found.status < 500 ? { ...found, status } : { status };
}

/**
 * Unwraps an error that says nothing itself: the reason is in its causes. The client is not to blame for an inner failure, so only
 * a 5xx or a 499 counts.
 */
function findingOfCause(error: object, context: Context): Finding | undefined {
  const errors = context.members.has("errors") ? read(error, "errors") : undefined;
  const cause = read(error, "cause");
  if (cause === undefined && errors === undefined) return undefined;
  const inner = [
    typeof cause === "function" ? read(error, "jse_cause") : cause, // VError's cause is a method
    ...(Array.isArray(errors) ? errors.slice(0, maxRecognisedValues) : []),
  ];
  for (const value of inner) {
    const found = context.recognise(value);
    if (found && (found.status >= 500 || found.status === 499)) {
      const { status, proxyError, receivedStatus } = found;
      return { status, proxyError, receivedStatus };
    }
  }
  return undefined;
}
