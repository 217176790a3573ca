import { isNativeError, isProxy } from "node:util/types";

/** A member of a value that may be hostile, or one within it: undefined for a primitive, a getter that throws or a revoked Proxy. */
export function read(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): unknown {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) return undefined;
  try {
    const found: unknown = (value as Record<PropertyKey, unknown>)[key];
    return inner === undefined ? found : read(found, inner, innermost);
  } catch {
    return undefined;
  }
}

/** The same, when it is a string. */
export function readText(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): string | undefined {
  const found = read(value, key, inner, innermost);
  return typeof found === "string" ? found : undefined;
}

/** The same, when it is an error status, 400 to 599 (RFC 9110 section 15). */
export function readStatus(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): number | undefined {
  const found = read(value, key, inner, innermost);
  return typeof found === "number" && Number.isInteger(found) && found >= 400 && found <= 599 ? found : undefined;
}

/**
 * Whether a value is an error, of another realm too: data cannot be one, whatever members it has. A Proxy is not asked.
 * @example isError({ message: "no" }) // false
 */
export function isError(value: unknown): value is Error {
  if (isNativeError(value)) return true;
  try {
    return !isProxy(value) && value instanceof Error;
  } catch {
    return false; // a prototype of it is a Proxy that was revoked
  }
}

/**
 * The first members of an object by their names, as Object.entries() would give them, which takes a second for a million.
 * @example firstEntries({ a: 1, b: 2 }, 1) // [["a", 1]]
 */
export function firstEntries(object: object, most: number): readonly (readonly [name: string, value: unknown])[] {
  const entries: (readonly [string, unknown])[] = [];
  for (const name in object) {
    if (entries.length >= most) break;
    if (Object.hasOwn(object, name)) entries.push([name, (object as Record<string, unknown>)[name]]);
  }
  return entries;
}
