import type { Finding } from "../problem/finding.js";
import { proxyErrors } from "../proxy-errors/proxy-errors.js";
import { read } from "../util/safe-read.js";
import { isRequestId } from "../util/sanitize.js";

const isText = (value: unknown) => typeof value === "string" && value !== "";
const isObject = (value: unknown) => typeof value === "object" && value !== null;
const isTrue = (value: unknown) => value === true;
const isStatus = (value: unknown) => Number.isInteger(value);

/** What each member of a finding may be. */
const checks: Readonly<Record<keyof Omit<Finding, "relayed">, (value: unknown) => boolean>> = {
  status: (value) => typeof value === "number",
  type: isText,
  title: isText,
  detail: isText,
  code: isText,
  errors: Array.isArray,
  headers: isObject,
  ours: isTrue,
  instance: isText,
  requestId: isRequestId,
  extensions: isObject,
  proxyError: (value) => isText(value) && Object.hasOwn(proxyErrors, value as string),
  receivedStatus: isStatus,
  upstream: isTrue,
  routine: isTrue,
};

const members = Object.entries(checks);

/**
 * A copy of what a thrown value says that it means: anybody can say so, and a Proxy says something else each time. A member that is not
 * what it must be is left out.
 * @returns undefined for what has no status
 */
export function soundFinding(said: unknown): Finding | undefined {
  if (!isObject(said) && typeof said !== "function") return undefined;
  const found: Record<string, unknown> = {};
  for (const [name, isSound] of members) {
    const value = read(said, name);
    if (value !== undefined && isSound(value)) found[name] = value;
  }
  return found["status"] === undefined ? undefined : (found as unknown as Finding);
}
