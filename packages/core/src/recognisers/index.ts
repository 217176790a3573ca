import { meaning } from "../problem-error.js";
import { read, readStatus, readText } from "../read.js";
import { client } from "./clients.js";
import { families } from "./families.js";
import type { Context, Family, Finding, Rule } from "./rule.js";

const marks = merge("marks");
const names = merge("names");
const codes = merge("codes");

/** How many values are looked at in search of a meaning: a wrapper may have many causes, and any of them may be itself. */
const most = 32;

/** What a thrown value means, or undefined when nothing is known of it. May throw on a hostile value. */
export function recognise(thrown: unknown, context: Omit<Context, "recognise">, budget = { left: most }): Finding | undefined {
  if ((typeof thrown !== "object" && typeof thrown !== "function") || thrown === null || budget.left-- <= 0) return undefined;
  const inner: Context = { ...context, recognise: (value) => recognise(value, context, budget) };
  return ownMeaning(thrown) ?? client(thrown, inner) ?? lookup(thrown, inner) ?? ownStatus(thrown) ?? fromCause(thrown, inner);
}

/** Ours says it itself. A Proxy that answers any question with itself is not ours. */
function ownMeaning(error: object): Finding | undefined {
  const found = read(error, meaning);
  return typeof read(found, "status") === "number" ? (found as Finding) : undefined;
}

function lookup(error: object, context: Context): Finding | undefined {
  for (const [mark, rules] of marks) {
    if (read(error, mark) === undefined) continue;
    const found = apply(rules, error, context);
    if (found) return found;
  }
  return apply(names.get(nameOf(error)), error, context) ?? apply(codes.get(readText(error, "code") ?? ""), error, context);
}

function apply(rules: readonly Rule[] | undefined, error: object, context: Context): Finding | undefined {
  for (const rule of rules ?? []) {
    const found = typeof rule === "function" ? rule(error, context) : rule;
    if (found) return found;
  }
  return undefined;
}

function nameOf(error: object): string {
  const name = readText(error, "name");
  return (name === undefined || name === "Error" ? readText(error, "constructor", "name") : name) ?? "";
}

/** Many libraries put a status on their errors by convention; without `expose` that is all it says, and a 500 says nothing. */
function ownStatus(error: object): Finding | undefined {
  const status = readStatus(error, "status") ?? readStatus(error, "statusCode");
  return status === undefined || status === 500 ? undefined : { status };
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

function merge(kind: keyof Family): ReadonlyMap<string, readonly Rule[]> {
  const merged = new Map<string, Rule[]>();
  for (const family of families)
    for (const [key, rule] of Object.entries(family[kind] ?? {})) merged.set(key, [...(merged.get(key) ?? []), rule]);
  return merged;
}
