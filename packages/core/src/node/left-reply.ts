import type { ReplyHead } from "../http/reply-head.js";
import { leftHead } from "../reply/left-body.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import { dropStaleFields, requestFacts } from "./answer.js";
import { markExchange, type NodeRequest, type NodeResponse } from "./exchange.js";

/**
 * Prepares a response for an error reply whose body is left alone: the failure is reported, and nothing that the gateway has set for a
 * success stays. Whoever writes the response sends the status and the fields that are returned.
 */
export function prepareLeftReply(
  respond: Responder,
  head: ReplyHead,
  request: NodeRequest,
  response: NodeResponse,
  options: ReplyOptions,
  more?: Partial<Facts>,
): ReplyHead {
  dropStaleFields(response);
  markExchange(response, "isBodyLeft");
  return leftHead(respond, head, requestFacts(undefined, request, response, more), options);
}
