import { maxKeyCharacters, maxPathCharacters, maxPathKeys, maxReadPathKeys } from "../util/limits.js";
import { read } from "../util/safe-read.js";
import { clean } from "../util/sanitize.js";
import type { FieldError } from "./finding.js";

/** Where a field is, without what is wrong with it. */
export type Place = Omit<FieldError, "detail">;

type Naming = (keys: readonly string[]) => Place;

const parameter: Naming = (keys) => ({ parameter: named(keys) });

/** What validators and frameworks call the parts of a request, and how a field of each is named. */
const places: ReadonlyMap<string, Naming> = new Map<string, Naming>([
  ["body", (keys) => ({ pointer: pointer(keys) })],
  ["query", parameter],
  ["querystring", parameter],
  ["params", parameter],
  ["cookies", parameter],
  ["headers", ([name]) => ({ header: clean(name) })],
]);

/** A field of a part of the request; nowhere in particular when the whole part is meant or the part is none that we know. */
export function placeOf(part: string, path: readonly unknown[]): Place {
  const keys = keysOf(path);
  return keys.length === 0 ? {} : (places.get(part)?.(keys) ?? {});
}

/** JSON Pointer as a URI fragment: "~" and "/" escaped (RFC 6901 section 3), then percent-encoded (section 6). */
export function pointer(keys: readonly string[]): string {
  return keys.reduce((path, key) => `${path}/${/^\w*$/.test(key) ? key : escaped(key)}`, "#");
}

function escaped(key: string): string {
  return encodeURIComponent(key.replace(/~/g, "~0").replace(/\//g, "~1"));
}

/** The keys of "items[0].price" and of 'meta["a.b"]', as yup and lodash write a path. */
export function keysOfPath(path: string): readonly string[] {
  const keys: string[] = [];
  for (const [token, quoted] of path.slice(0, maxPathCharacters).matchAll(/\["((?:[^"\\]|\\.)*)"\]|[^.[\]]+/g))
    if (keys.push(quoted ?? token) >= maxReadPathKeys) break;
  return keys;
}

/** The keys of "/items/0/a~1b", a JSON Pointer in its plain form. */
export function keysOfPointer(path: string): readonly string[] {
  const [, ...keys] = path.slice(0, maxPathCharacters).split("/", maxReadPathKeys + 1);
  return keys.map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
}

/** A path's steps are keys, or as in Standard Schema objects that have one. A lone surrogate has no percent-encoding. */
function keysOf(path: readonly unknown[]): readonly string[] {
  const keys: string[] = [];
  for (const step of path.slice(0, maxPathKeys)) {
    const key = typeof step === "object" ? read(step, "key") : step;
    if ((typeof key !== "string" && typeof key !== "number") || String(key).length > maxKeyCharacters) break;
    keys.push(String(key).replace(/\p{Surrogate}/gu, "\ufffd"));
  }
  return keys;
}

/** A parameter's name as it stands in the address: qs and its like read "filter[name]" into an object. */
function named([name, ...keys]: readonly string[]): string {
  return clean(`${name}${keys.map((key) => `[${key}]`).join("")}`);
}
