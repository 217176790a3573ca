import { isNativeError, isProxy } from "node:util/types";

/**
 * Reads a member of a value that may be hostile, or a member within it. A primitive, a getter that throws and a revoked Proxy
 * give undefined.
 * @example read(error, "response", "status")
 */
export function read(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): unknown {
  if (!mayHaveMembers(value)) return undefined;
  try {
    const found: unknown = (value as Record<PropertyKey, unknown>)[key];
    return inner === undefined ? found : read(found, inner, innermost);
  } catch {
    return undefined;
  }
}

/**
 * Whether an object has a member, even an undefined one. A client that declares the member is not an error that lacks it. A
 * revoked Proxy has none.
 */
export function hasMember(error: object, member: PropertyKey): boolean {
  try {
    return member in error;
  } catch {
    return false;
  }
}

/** Whether a value is an object or a function, not a primitive. */
export function mayHaveMembers(value: unknown): value is object {
  return (typeof value === "object" || typeof value === "function") && value !== null;
}

/** Whether a value is an object, neither a primitive nor a function. */
export function isRecord(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/**
 * Reads a member that is a string; undefined for any other.
 * @example readText(error, "code")
 */
export function readText(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): string | undefined {
  const found = read(value, key, inner, innermost);
  return typeof found === "string" ? found : undefined;
}

/** Reads a member that is an error status, 400 to 599 (RFC 9110 section 15); undefined for any other. */
export function readStatus(value: unknown, key: PropertyKey, inner?: PropertyKey, innermost?: PropertyKey): number | undefined {
  const found = read(value, key, inner, innermost);
  return typeof found === "number" && Number.isInteger(found) && found >= 400 && found <= 599 ? found : undefined;
}

/**
 * Whether a value is an error, of another realm too. Plain data is none, whatever its members. A Proxy is none, since it could
 * run code.
 * @example isError({ message: "no" }) // false
 */
export function isError(value: unknown): value is Error {
  if (isNativeError(value)) return true;
  try {
    return !isProxy(value) && value instanceof Error;
  } catch {
    return false; // a revoked Proxy is among its prototypes
  }
}

/**
 * Lists the first members of an object by name. Object.entries() lists all, which needs a second for a million.
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
