import type { Finding } from "../problem/finding.js";
import { proxyErrors } from "../proxy-errors/proxy-errors.js";
import { isRecord, mayHaveMembers, read } from "../util/safe-read.js";
import { isLanguageTag, isRequestId } from "../util/sanitize.js";

const isText = (value: unknown) => typeof value === "string" && value !== "";

const isTrue = (value: unknown) => value === true;
const isStatus = (value: unknown) => Number.isInteger(value);

/** Checks each member of a finding that an error may claim. */
const checks: Readonly<Record<keyof Omit<Finding, "relayed" | "isChecked">, (value: unknown) => boolean>> = {
  status: (value) => typeof value === "number",
  type: isText,
  title: isText,
  detail: isText,
  code: isText,
  errors: Array.isArray,
  headers: isRecord,
  ownContract: isTrue,
  language: (value) => isText(value) && isLanguageTag(value as string),
  instance: isText,
  requestId: isRequestId,
  extensions: isRecord,
  proxyError: (value) => isText(value) && Object.hasOwn(proxyErrors, value as string),
  receivedStatus: isStatus,
  upstream: isTrue,
  routine: isTrue,
};

const memberChecks: ReadonlyMap<string, (value: unknown) => boolean> = new Map(Object.entries(checks));

/**
 * Copies the finding that a thrown value claims to carry. Anybody can claim one, and a Proxy answers differently each time. A
 * member that is not valid is left out.
 * @returns undefined for a value without a status
 */
export function soundFinding(claimed: unknown): Finding | undefined {
  if (!mayHaveMembers(claimed)) return undefined;
  const found: Record<string, unknown> = {};
  try {
    for (const name in claimed) {
      const check = memberChecks.get(name);
      const value = check && read(claimed, name);
      if (value !== undefined && check!(value)) found[name] = value;
    }
  } catch {} // a Proxy that refuses
  return found["status"] === undefined ? undefined : (found as unknown as Finding);
}
