import { meaning } from "../problem-error.js";
import { read, readStatus, readText } from "../read.js";
import { client } from "./clients.js";
import { happened, spoken } from "./families.js";
import type { Context, Family, Finding, Rule } from "./rule.js";

/** How many values are looked at in search of a meaning: a wrapper may have many causes, and any of them may be itself. */
const most = 32;

/** What a thrown value means, or undefined when nothing is known of it. May throw on a hostile value. */
export function recognise(thrown: unknown, given: Given, budget = { left: most }): Finding | undefined {
  if (!isObject(thrown) || budget.left-- <= 0) return undefined;
  const own = ownMeaning(thrown, given.relay);
  if (own) return own;
  const { origin, clientGone, encodedRequest, unreadRequest, relay } = given;
  const context: Context = {
    origin,
    clientGone,
    encodedRequest,
    unreadRequest,
    relay,
    recognise: (value) => recognise(value, given, budget),
    client: (value) => (isObject(value) ? client(value, context) : undefined),
    happened: (error) => lookup(happened, error, context),
  };
  return (
    client(thrown, context) ??
    clientsWithin(thrown, context) ??
    lookup(spoken, thrown, context) ??
    decided(thrown, lookup(happened, thrown, context)) ??
    fromCause(thrown, context)
  );
}

type Given = Omit<Context, "recognise" | "client" | "happened">;

function isObject(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

/** Ours says it itself. A Proxy that answers any question with itself is not ours. */
function ownMeaning(error: object, relay: Given["relay"]): Finding | undefined {
  const found = read(error, meaning);
  if (typeof read(found, "status") !== "number") return undefined;
  const { relayed } = found as Finding;
  return relayed && relay.has(relayed.status) ? relayed : (found as Finding);
}

/** What carries an HTTP client's error along shows what an upstream may have forged: no rule may look at that first. */
function clientsWithin(thrown: object, context: Context): Finding | undefined {
  const carried = [read(thrown, "originalError"), read(thrown, "errors", 0), Array.isArray(thrown) ? read(thrown, 0) : undefined];
  for (const value of carried) {
    const found = context.client(value);
    if (found) return found;
  }
  return undefined;
}

/** Within a family by mark, then name, then code. */
function lookup(families: readonly Family[], error: object, context: Context): Finding | undefined {
  const [name, code] = [nameOf(error), readText(error, "code") ?? ""];
  for (const { marks = {}, names = {}, codes = {} } of families) {
    for (const mark in marks) {
      const found = read(error, mark) === undefined ? undefined : apply(marks[mark], error, context);
      if (found) return found;
    }
    const found =
      (Object.hasOwn(names, name) && apply(names[name], error, context)) ||
      (Object.hasOwn(codes, code) && apply(codes[code], error, context));
    if (found) return found;
  }
  return undefined;
}

function apply(rule: Rule | undefined, error: object, context: Context): Finding | undefined {
  return typeof rule === "function" ? rule(error, context) : rule;
}

function nameOf(error: object): string {
  const name = readText(error, "name");
  return (name === undefined || name === "Error" ? readText(error, "constructor", "name") : name) ?? "";
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
