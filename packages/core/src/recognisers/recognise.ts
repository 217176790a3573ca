import type { Finding } from "../problem/finding.js";
import { meaning } from "../problem/problem-error.js";
import { read, readStatus, readText } from "../util/safe-read.js";
import { happened, spoken } from "./families.js";
import { datastores } from "./families/datastores.js";
import { client } from "./http-clients/http-clients.js";
import { indexed, lookup, nameOf } from "./lookup.js";
import type { Circumstances, Context } from "./rule.js";
import { soundFinding } from "./sound-finding.js";

/** How many values are looked at in search of a meaning: a wrapper may have many causes, and any of them may be itself. */
const most = 32;

/** What a thrown value means, or undefined when nothing is known of it. May throw on a hostile value. */
export function recognise(thrown: unknown, given: Circumstances, budget = { left: most }): Finding | undefined {
  if (!isObject(thrown) || budget.left-- <= 0) return undefined;
  const { origin, clientGone = false, encodedRequest = false, unreadRequest = false, relayStatuses: listed = none } = given;
  const relayStatuses = listed instanceof Set ? listed : new Set(listed);
  const own = ownMeaning(thrown, relayStatuses);
  if (own) return own;
  const context: Context = {
    name: nameOf(thrown),
    code: readText(thrown, "code") ?? "",
    origin,
    clientGone,
    encodedRequest,
    unreadRequest,
    relayStatuses,
    recognise: (value) => recognise(value, given, budget),
    client: (value) => (isObject(value) ? client(value, context) : undefined),
    happened: () => lookup(origin === "inbound" ? asInbound : asHappened, thrown, context),
  };
  return (
    client(thrown, context) ??
    clientsWithin(thrown, context) ??
    lookup(asSpoken, thrown, context) ??
    decided(thrown, context.happened()) ??
    fromCause(thrown, context)
  );
}

const asSpoken = indexed(spoken);
const asHappened = indexed(happened);
/** What the parser or the connection of a request fails with comes from no database. */
const asInbound = indexed(happened.filter((family) => family !== datastores));
const none: ReadonlySet<number> = new Set();

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

/** Ours says it itself. A Proxy that answers any question with itself is not ours. */
function ownMeaning(error: object, relayStatuses: Context["relayStatuses"]): Finding | undefined {
  const said = read(error, meaning);
  if (said === undefined) return undefined;
  const relayed = relayStatuses.size > 0 ? soundFinding(read(said, "relayed")) : undefined;
  return relayed && relayStatuses.has(relayed.status) ? relayed : soundFinding(said);
}

/** What carries an HTTP client's error along shows what an upstream may have forged: no rule may look at that first. */
function clientsWithin(thrown: object, context: Context): Finding | undefined {
  return (
    context.client(read(thrown, "originalError")) ??
    context.client(read(thrown, "errors", 0)) ??
    (Array.isArray(thrown) ? context.client(read(thrown, 0)) : undefined)
  );
}

/**
 * Many libraries put a status on their errors by convention. A 4xx was meant and outdoes what merely happened; a 5xx says less
 * than that, and a 500 nothing at all.
 */
function decided(error: object, found: Finding | undefined): Finding | undefined {
  const status = readStatus(error, "status") ?? readStatus(error, "statusCode");
  if (status === undefined || status === 500) return found;
  if (status > 500) return found ?? { status };
  return found && found.status < 500 ? { ...found, status } : { status };
}

/** A wrapper that says nothing itself fails for its cause's reason, but the client is not to blame for what went on inside. */
function fromCause(error: object, context: Context): Finding | undefined {
  const errors = read(error, "errors");
  const cause = read(error, "cause");
  const inner = [
    typeof cause === "function" ? read(error, "jse_cause") : cause, // VError's cause is a method
    ...(Array.isArray(errors) ? errors.slice(0, most) : []),
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
