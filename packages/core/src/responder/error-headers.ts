import type { Facts } from "./request-facts.js";
import { requiredFields } from "../http/header-fields.js";
import type { Problem } from "../problem/problem.js";
import { proxyStatus } from "./proxy-status.js";

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
  if (required !== undefined && present[required] === undefined)
    headers[required] ??= required === "allow" ? allowOf(facts) : challenge;
  if (headers["vary"] !== undefined && present["vary"] !== undefined)
    headers["vary"] = union(`${present["vary"]}`, headers["vary"]);
  if (proxyName !== undefined) {
    const before = headers["proxy-status"] ?? present["proxy-status"];
    headers["proxy-status"] = proxyStatus(problem, proxyName, proxyDetails, before);
  }
}

/** An empty Allow is valid (section 10.2.1), and better than none when the framework cannot tell. */
function allowOf({ allow }: Facts): string {
  try {
    return [...(allow?.() ?? [])].join(", ");
  } catch {
    return "";
  }
}

function union(...lists: readonly string[]): string {
  const members = lists
    .join(",")
    .split(",")
    .map((member) => member.trim());
  return [...new Map(members.filter(Boolean).map((member) => [member.toLowerCase(), member])).values()].join(", ");
}
