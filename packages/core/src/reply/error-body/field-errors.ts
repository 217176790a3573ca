import { keysOfPath, keysOfPointer, placeOf, type Place } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { redactValues, searchedStart, type Search } from "../../recognisers/redact-values.js";
import { maxFieldErrors } from "../../util/limits.js";
import { firstEntries } from "../../util/safe-read.js";
import { clean } from "../../util/sanitize.js";
import { rawWordsOf } from "./client-text.js";
import { at, first } from "./path.js";

/** Members that name the field, those that name its part of the request, the part where there is none, and what has to be there, too. */
const places: readonly (readonly [field: string, part: string, usual: string, needed?: string])[] = [
  ["pointer", "", "body"], // RFC 9457
  ["parameter", "", "query"],
  ["header", "", "headers"],
  ["source.pointer", "", "body"], // JSON:API
  ["source.parameter", "", "query"],
  ["source.header", "", "headers"],
  ["loc", "loc.0", ""], // FastAPI, whose path begins with the part
  ["name", "in", ""], // OpenAPI's words
  ["name", "", "query", "reason"], // RFC 7807's example; errors have a name as well
  ["path", "location", "body"], // express-validator, zod
  ["location", "locationType", ""], // Google
  ["param", "location", "query"], // express-validator 6, Stripe
  ["field", "", "body"], // Google, Spring, Kubernetes
  ["target", "", "body"], // Microsoft
  ["instancePath", "", "body"], // ajv
  ["propertyPath", "", "body"], // Symfony
  ["property", "", "body"], // class-validator
];

/** What others call the parts of a request. */
const parts: ReadonlyMap<unknown, string> = new Map(
  Object.entries({ path: "params", header: "headers", cookie: "cookies", parameter: "query", form: "body" }),
);

/** What is wrong: the first that is there. The last two may mean the same for all fields: they do not stand alone. */
const words = ["detail", "message", "description", "defaultMessage", "msg"];
const shortWords = [...words, "reason", "title"];

/** Where services repeat what they were sent. */
const values = ["input", "value", "rejectedValue", "received"];

/**
 * The invalid fields that a list tells of, whatever its dialect: each has to say what is wrong, or where.
 * @param search the one of this body
 */
export function listedFields(list: unknown, search: Search): readonly FieldError[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxFieldErrors).flatMap((entry: unknown) => {
    if (at(entry, "@type") !== undefined) return []; // google.rpc.DebugInfo and its like; fields have a path of their own there
    const place = placeIn(entry);
    const isNamed = Object.keys(place).length > 0;
    const detail = detailOf(entry, isNamed ? shortWords : words, search);
    return isNamed || detail !== "" ? [{ ...place, detail }] : [];
  });
}

/** Those of an object that has a message, or several, for each field by its name. */
export function namedFields(object: unknown, search: Search): readonly FieldError[] {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return [];
  const messages = firstEntries(object, maxFieldErrors).flatMap(([name, of]) =>
    (Array.isArray(of) ? of.slice(0, maxFieldErrors) : [of]).map((message: unknown) => [name, message] as const),
  );
  return messages.slice(0, maxFieldErrors).flatMap(([name, message]) => {
    const detail = detailOf(message, words, search);
    return detail === "" ? [] : [{ ...placeOf("body", keysOf(name)), detail }];
  });
}

/** What is wrong. It is searched as it came, before it is cut and cleaned: what is left of a value by then would not be found. */
function detailOf(entry: unknown, members: readonly string[], search: Search): string {
  const said = rawWordsOf(entry) ?? first(entry, members, rawWordsOf);
  const sent = values.map((member) => at(entry, member));
  return clean(redactValues(said && searchedStart(said), sent, search));
}

function placeIn(entry: unknown): Place {
  for (const [field, part, usual, needed = field] of places) {
    const path = at(entry, field);
    if (path === undefined || at(entry, needed) === undefined) continue;
    const named = at(entry, part);
    const keys = field === "loc" && Array.isArray(path) ? path.slice(1) : path;
    for (const where of [parts.get(named), named, usual]) {
      const place = typeof where === "string" ? placeOf(where, where === "body" ? keysOf(keys) : [keys].flat()) : {};
      if (Object.keys(place).length > 0) return place;
    }
  }
  return {};
}

/** A list of keys, a JSON Pointer in either form (RFC 6901 sections 5 and 6), or a path such as "$.items[0].price". */
function keysOf(path: unknown): readonly unknown[] {
  if (typeof path !== "string") return Array.isArray(path) ? path : [];
  if (path.startsWith("/")) return keysOfPointer(path);
  return path.startsWith("#") ? keysOfPointer(decoded(path)) : keysOfPath(path.replace(/^\$\.?/, ""));
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
