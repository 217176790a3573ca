import { foldSuccess, functionGraph, mayHaveContent } from "../contract/contract.js";
import { dropCredentials, endToEndFields } from "../http/header-fields.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { ResponderOptions } from "../responder/options.js";
import { foldedProxyStatus } from "../responder/proxy-status.js";

export type SuccessOptions = Pick<ResponderOptions, "contract" | "success" | "proxyName" | "upstreamCredentials">;

/** Lists fields that describe content, which a 204 does not have (RFC 9110 sections 8 and 15.3.5). */
const contentFields: ReadonlySet<string> = new Set([
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-range",
  "content-type",
]);

/**
 * Makes the head of an upstream's success or redirect as it is passed on: its end-to-end fields, and its status, which is folded
 * if the options say so.
 * @param isEmpty whether the reply is known to have no content
 */
export function successHead({ status, headers }: ReplyHead, isEmpty: boolean, options: SuccessOptions): ReplyHead {
  const { contract = functionGraph, success, proxyName, upstreamCredentials } = options;
  const passed = endToEndFields(headers);
  if (upstreamCredentials === "drop") dropCredentials(passed);
  const folded = success === "fold" ? foldSuccess(contract, status, isEmpty) : status;
  if (folded === status) return { status, headers: passed };
  if (!mayHaveContent("GET", folded)) for (const name of contentFields) delete passed[name];
  if (proxyName !== undefined) passed["proxy-status"] = foldedProxyStatus(status, proxyName, passed["proxy-status"]);
  return { status: folded, headers: passed };
}
