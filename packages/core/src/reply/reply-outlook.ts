import { isErrorStatus, mayHaveContent } from "../contract/contract.js";
import { verdictOf } from "./functiongraph/function-reply.js";
import type { ReplyHead } from "../http/reply-head.js";
import type { ReplyOptions } from "./reply-finding.js";

/**
 * What is to be expected of a reply by its head: that it failed, or that only its content can tell; undefined for one that goes on as it is.
 * @param method of the request
 */
export function outlookOf(
  head: ReplyHead,
  { functionGraph, limit }: ReplyOptions,
  method: string | undefined,
): "failed" | "unsaid" | undefined {
  if (isErrorStatus(head.status)) return "failed";
  const verdict = functionGraph ? verdictOf(head, limit) : undefined;
  if (verdict === "unsaid") return mayHaveContent(method, head.status) ? "unsaid" : undefined;
  return verdict === "failed" ? "failed" : undefined;
}

/** On a response whose content was looked into. Registered, as that of an answer is. */
const lookedInto = Symbol.for("fg-errors.lookedInto");

/** Whether another door, behind this one, has looked into what is written: each would wait for it anew. */
export function isLookedInto(response: object): boolean {
  return lookedInto in response;
}

/** To be said before its head is written. */
export function markLookedInto(response: object): void {
  Object.assign(response, { [lookedInto]: true });
}
