import { requiredFields } from "../http/header-fields.js";
import { isFieldName, isFieldValue } from "../http/sendable.js";
import type { Problem } from "../problem/problem.js";
import { proxyStatus } from "./proxy-status.js";
import type { Facts } from "./request-facts.js";

/** What the options say of this gateway's own fields. */
interface OwnFields {
  /** For a 401 or 407 that has none. */
  readonly challenge: string;
  readonly proxyName: string | undefined;
  readonly proxyDetails: boolean;
}

/** Adds the header fields of an error response to those of its body. */
export function addErrorHeaders(
  headers: Record<string, string>,
  problem: Problem,
  facts: Facts,
  { challenge, proxyName, proxyDetails }: OwnFields,
): void {
  const present = facts.responseHeaders ?? {};
  for (const [name, value] of Object.entries(problem.headers ?? {})) headers[name] ??= value;
  const required = requiredFields[problem.status];
  if (required !== undefined && !isSet(present[required]))
    headers[required] ??= required === "allow" ? allowOf(facts) : challenge;
  const vary: unknown = present["vary"];
  if (headers["vary"] !== undefined && isSet(vary)) headers["vary"] = union(String(vary), headers["vary"]);
  if (proxyName !== undefined) {
    const before = headers["proxy-status"] ?? present["proxy-status"];
    headers["proxy-status"] = proxyStatus(problem, proxyName, proxyDetails, before);
  }
}

/** Methods that are asked for at most, and characters of one: Node knows about 35, of 11 characters. */
const [mostMethods, longestMethod] = [100, 32];

/** An empty Allow is valid (section 10.2.1), and better than none when the framework cannot tell. What is no method is not listed. */
function allowOf({ allow }: Facts): string {
  const methods: string[] = [];
  try {
    let left = mostMethods; // it may yield for ever
    for (const method of allow?.() ?? []) {
      if (isFieldName(method) && method.length <= longestMethod) methods.push(method);
      if (--left === 0) break;
    }
  } catch {} // what came before it threw are methods all the same
  return methods.join(", ");
}

/** Whether a value that is said to be set on the response will be sent. */
function isSet(value: unknown): boolean {
  return (typeof value === "string" || (Array.isArray(value) && value.length > 0)) && isFieldValue(value);
}

function union(...lists: readonly string[]): string {
  const members = lists
    .join(",")
    .split(",")
    .map((member) => member.trim());
  return [...new Map(members.filter(Boolean).map((member) => [member.toLowerCase(), member])).values()].join(", ");
}
