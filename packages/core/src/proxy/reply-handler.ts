import type { IncomingMessage, ServerResponse } from "node:http";
import { isGone } from "../node/client-gone.js";
import { copyFields } from "../node/copy-fields.js";
import { dropUnsendable } from "../node/drop-unsendable.js";
import { markExchange } from "../node/exchange.js";
import { prepareLeftReply } from "../node/left-reply.js";
import { originalUrl } from "../node/original-url.js";
import { joinLists, keepHead, keepSurvivingFields } from "../node/response-fields.js";
import { upstreamFailure } from "../problem/problem-error.js";
import { proxyErrors } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { Inspection } from "../reply/inspect-reply.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import { headOf, messageOf } from "../reply/reply.js";
import { successHead } from "../reply/success-head.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Responder } from "../responder/responder.js";
import { readStatus } from "../util/safe-read.js";
import { changesHead, discardReply, headOnly, inspectPiped, isReadable, seemDone, setHead } from "./proxied-reply.js";
import type { ProxyFailures } from "./proxy-failures.js";
import type { ProxyHandlers } from "./proxy-handlers.js";
import { upgradeFailed } from "./upgrades.js";

type ReplyHandler = ProxyHandlers["on"]["proxyRes"];

/**
 * Creates the handler of replies: the library sends a success, and an error reply is answered by the contract.
 * @param inspectionOptions say how a reply is inspected
 * @param mayChange whether a handler of the user's sees the reply, and may change its head
 */
export function createReplyHandler(
  respond: Responder,
  { broke, fail, callOwn }: ProxyFailures,
  options: ResponderOptions,
  inspectionOptions: ReplyOptions,
  mayChange: boolean,
): ReplyHandler {
  function onReply(...args: Parameters<ReplyHandler>) {
    const [reply, request, response] = args;
    const brokeOff = (error?: Error) => {
      if (reply.complete) return;
      broke(error ?? reply.errored ?? upstreamFailure(fault("http_response_incomplete")), request, response);
      seemDone(response);
    };
    if (isReadable(reply)) reply.on("error", brokeOff).on("close", brokeOff);
    if (response.headersSent || isGone(response)) return discardReply(reply, response); // another middleware has answered, or the client has left
    const first = new Inspection(headOf(reply), inspectionOptions, request.method, originalUrl(request));
    const isError = first.outcome === "fails";
    const shown = isError && mayChange ? headOnly(reply) : reply;
    const isChanged = mayChange && changesHead(shown, () => callOwn("proxyRes", [shown, request, response]));
    if (response.headersSent) return isError ? discardReply(reply, response) : undefined; // they have answered
    const inspection = isChanged ? new Inspection(headOf(shown), inspectionOptions, request.method, originalUrl(request)) : first;
    const { head, outcome } = inspection;
    if (outcome === "fails") return void answerErrorReply(reply, inspection, request, response);
    if (head.status === 101) return broke(upgradeFailed(head.status), request, response);
    if (outcome === "undecided") inspectPipedBody(inspection, request, response);
    const passed =
      outcome === "left"
        ? prepareLeftReply(respond, head, request, response, inspectionOptions, { url: originalUrl(request) })
        : successHead(head, head.headers["content-length"] === "0", options);
    setHead(reply, passed, response);
    dropUnsendable(response, passed.status, passed.headers["content-length"] !== undefined); // what was set before
    if (response.shouldKeepAlive === false) reply.headers.connection = "close"; // drain() has decided so; http-proxy would write keep-alive
  }

  /** Answers an error reply: the library sets its head, so that what it rewrites is rewritten, and we read its content. */
  async function answerErrorReply(
    reply: IncomingMessage,
    inspection: Inspection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    markExchange(response, "isRefused"); // what fails from here on is only the error's content
    const { head } = inspection;
    const surviving = inspection.survivingFields();
    const before = response.getHeaders();
    const status = readStatus(head, "status") ?? proxyErrors.http_protocol_error.status; // HTTP/2 accepts no other
    setHead(reply, { status, headers: surviving }, response);
    copyFields(response, surviving); // where the library has set none
    seemDone(response);
    const finding = await inspection.finding(messageOf(head, isReadable(reply) ? reply : null));
    if (response.headersSent) return;
    joinLists(response, before);
    if (finding) fail(upstreamFailure(finding), request, response);
  }

  /** Inspects a success that only its content shows to be one: the library sets its head, and the content waits. */
  function inspectPipedBody(inspection: Inspection, request: IncomingMessage, response: ServerResponse) {
    const before = response.getHeaders();
    inspectPiped(response, async (body) => {
      markExchange(response, "isInspected");
      const restoreHead = keepHead(response); // koa-proxies replaces the status after an error
      const finding = await inspection.finding(messageOf(inspection.head, body));
      if (response.headersSent || isGone(response)) return false;
      if (finding === undefined) {
        restoreHead();
        return true;
      }
      markExchange(response, "isRefused");
      keepSurvivingFields(response, before, options);
      fail(upstreamFailure(finding), request, response);
      return false;
    });
  }

  return onReply;
}
