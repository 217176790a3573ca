import { fieldAt, keysOfPath, keysOfPointer, placeOf, type Place } from "../../problem/field-place.js";
import type { FieldError } from "../../problem/finding.js";
import { redactValues, searchedStart, type Search } from "../../recognisers/redact-values.js";
import { maxFieldErrors } from "../../util/limits.js";
import { firstEntries } from "../../util/safe-read.js";
import { rawClientText } from "./client-text.js";
import { firstValue, valueAt } from "./path.js";

/** Lists members that name the field, those that name its part of the request, the default part, and a member that must be there, too. */
const fieldMembers: readonly (readonly [field: string, part: string, defaultPart: string, needed?: string])[] = [
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

/** Maps others' names for the parts of a request to ours. */
const partNames: ReadonlyMap<unknown, string> = new Map(
  Object.entries({ path: "params", header: "headers", cookie: "cookies", parameter: "query", form: "body" }),
);

/**
 * Lists members that describe the error; the first that is there counts. The last two may mean the same for all fields: they need
 * the field's name.
 */
const messageMembers = ["detail", "message", "description", "defaultMessage", "msg"];
const namedMessageMembers = [...messageMembers, "reason", "title"];

/** Lists members in which services repeat what they were sent. */
const valueMembers = ["input", "value", "rejectedValue", "received"];

/**
 * Reads the invalid fields in a list, whatever its dialect. Each must describe the error, or name its place.
 * @param search the search for values of this body
 */
export function listedFields(list: unknown, search: Search): readonly FieldError[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, maxFieldErrors).flatMap((entry: unknown) => {
    if (valueAt(entry, "@type") !== undefined) return []; // google.rpc.DebugInfo and the like; fields have a path of their own there
    const place = placeIn(entry);
    const isNamed = Object.keys(place).length > 0;
    const detail = detailOf(entry, isNamed ? namedMessageMembers : messageMembers, search);
    return isNamed || detail !== "" ? [{ ...place, detail }] : [];
  });
}

/** Reads the invalid fields in an object that has one or several messages for each field by its name. */
export function namedFields(object: unknown, search: Search): readonly FieldError[] {
  if (typeof object !== "object" || object === null || Array.isArray(object)) return [];
  const messages = firstEntries(object, maxFieldErrors).flatMap(([name, of]) =>
    (Array.isArray(of) ? of.slice(0, maxFieldErrors) : [of]).map((message: unknown) => [name, message] as const),
  );
  return messages.slice(0, maxFieldErrors).flatMap(([name, message]) => {
    const detail = detailOf(message, messageMembers, search);
    return detail === "" ? [] : [fieldAt("body", keysOfAnyPath(name), detail)];
  });
}

/**
 * Reads the description of an error without values. The message is searched as it came, before it is cut and cleaned: what is
 * left of a value by then would not be found.
 */
function detailOf(entry: unknown, members: readonly string[], search: Search): string {
  const message = rawClientText(entry) ?? firstValue(entry, members, rawClientText);
  const sent = valueMembers.map((member) => valueAt(entry, member));
  return redactValues(message && searchedStart(message), sent, search);
}

function placeIn(entry: unknown): Place {
  for (const [field, part, defaultPart, needed = field] of fieldMembers) {
    const path = valueAt(entry, field);
    if (path === undefined || valueAt(entry, needed) === undefined) continue;
    const named = valueAt(entry, part);
    const keys = field === "loc" && Array.isArray(path) ? path.slice(1) : path;
    for (const where of [partNames.get(named), named, defaultPart]) {
      const place = typeof where === "string" ? placeOf(where, where === "body" ? keysOfAnyPath(keys) : [keys].flat()) : {};
      if (Object.keys(place).length > 0) return place;
    }
  }
  return {};
}

/** Reads a list of keys, a JSON Pointer in either form (RFC 6901 sections 5 and 6), or a path such as "$.items[0].price". */
function keysOfAnyPath(path: unknown): readonly unknown[] {
  if (typeof path !== "string") return Array.isArray(path) ? path : [];
  if (path.startsWith("/")) return keysOfPointer(path);
  return path.startsWith("#") ? keysOfPointer(decodedFragment(path)) : keysOfPath(path.replace(/^\$\.?/, ""));
}

function decodedFragment(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
