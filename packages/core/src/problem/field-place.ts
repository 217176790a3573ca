import { maxKeyCharacters, maxPathCharacters, maxPathKeys, maxReadPathKeys, maxTextCharacters } from "../util/limits.js";
import { read } from "../util/safe-read.js";
import { clean } from "../util/sanitize.js";
import type { FieldError } from "./finding.js";
import { ownTexts } from "./own-texts.js";

/** Names the place of a field, without the error. */
export type Place = Omit<FieldError, "detail">;

type PlaceOfKeys = (keys: readonly string[]) => Place;

const parameter: PlaceOfKeys = (keys) => ({ parameter: parameterName(keys) });

/** Maps the names that validators and frameworks give the parts of a request to the place of a field in them. */
const placesByPart: ReadonlyMap<string, PlaceOfKeys> = new Map<string, PlaceOfKeys>([
  ["body", (keys) => ({ pointer: pointer(keys) })],
  ["query", parameter],
  ["querystring", parameter],
  ["params", parameter],
  ["cookies", parameter],
  ["headers", ([name]) => ({ header: clean(name?.toWellFormed()) })],
]);

/**
 * Makes the error of a field in a part of the request. Its texts are fit for the client.
 * @param detail a clean text; "" where none may leave
 */
export function fieldAt(part: string, path: readonly unknown[], detail: string): FieldError {
  const field: Place & { detail?: string } = placeOf(part, path);
  field.detail = detail || ownTexts["not-valid"];
  return field as FieldError;
}

/** Gives the place of a field in a part of the request; none when the whole part is meant or the part is unknown. Its text is clean. */
export function placeOf(part: string, path: readonly unknown[]): Place {
  const keys = validKeys(path);
  return keys.length === 0 ? {} : (placesByPart.get(part)?.(keys) ?? {});
}

/** Writes a JSON Pointer as a URI fragment: "~" and "/" escaped (RFC 6901 section 3), then percent-encoded (section 6). */
function pointer(keys: readonly string[]): string {
  const text = keys.reduce((path, key) => `${path}/${/^\w*$/.test(key) ? key : escapeKey(key)}`, "#");
  return text.length > maxTextCharacters ? clean(text) : text; // all of its characters are clean
}

/** Percent-encodes a key. There is no percent-encoding of a lone surrogate. */
function escapeKey(key: string): string {
  return encodeURIComponent(key.toWellFormed().replace(/~/g, "~0").replace(/\//g, "~1"));
}

/** Splits a path such as "items[0].price" or 'meta["a.b"]', as yup and lodash write it, into keys. */
export function keysOfPath(path: string): readonly string[] {
  const keys: string[] = [];
  for (const [token, quoted] of path.slice(0, maxPathCharacters).matchAll(/\["((?:[^"\\]|\\.)*)"\]|[^.[\]]+/g))
    if (keys.push(quoted ?? token) >= maxReadPathKeys) break;
  return keys;
}

/** Splits a JSON Pointer in its plain form, such as "/items/0/a~1b", into keys. */
export function keysOfPointer(path: string): readonly string[] {
  const [, ...keys] = path.slice(0, maxPathCharacters).split("/", maxReadPathKeys + 1);
  return keys.map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** Reads the keys of a path. A step is a key, or as in Standard Schema an object that has one. */
function validKeys(path: readonly unknown[]): readonly string[] {
  const keys: string[] = [];
  for (let at = 0; at < path.length && at < maxPathKeys; at++) {
    const step = path[at];
    const key = typeof step === "object" ? read(step, "key") : step;
    if (typeof key !== "string" && typeof key !== "number") break;
    const text = String(key);
    if (text.length > maxKeyCharacters) break;
    keys.push(text);
  }
  return keys;
}

/** Writes a parameter's name as it is in the URL: qs and the like parse "filter[name]" into an object. */
function parameterName([name, ...keys]: readonly string[]): string {
  return clean(`${name}${keys.map((key) => `[${key}]`).join("")}`.toWellFormed());
}
