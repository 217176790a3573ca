import { isNativeError, isProxy } from "node:util/types";

/** A member of a value that may be hostile: undefined for a primitive, a getter that throws or a revoked Proxy. */
export function read(value: unknown, ...path: readonly PropertyKey[]): unknown {
  let current = value;
  try {
    for (const key of path) {
      if ((typeof current !== "object" && typeof current !== "function") || current === null) return undefined;
      current = (current as Record<PropertyKey, unknown>)[key];
    }
    return current;
  } catch {
    return undefined;
  }
}

/** The same, when it is a string. */
export function readText(value: unknown, ...path: readonly PropertyKey[]): string | undefined {
  const found = read(value, ...path);
  return typeof found === "string" ? found : undefined;
}

/** The same, when it is an error status, 400 to 599 (RFC 9110 section 15). */
export function readStatus(value: unknown, ...path: readonly PropertyKey[]): number | undefined {
  const found = read(value, ...path);
  return typeof found === "number" && Number.isInteger(found) && found >= 400 && found <= 599 ? found : undefined;
}

/**
 * Whether a value is an error, of another realm too: data cannot be one, whatever members it has. A Proxy is not asked.
 * @example isError({ message: "no" }) // false
 */
export function isError(value: unknown): value is Error {
  return isNativeError(value) || (!isProxy(value) && value instanceof Error);
}
