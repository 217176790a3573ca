import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answer } from "../node/answer.js";
import { isGone, onClose } from "../node/client-gone.js";
import { copyFields } from "../node/copy-fields.js";
import { dropUnsendable } from "../node/drop-unsendable.js";
import { isAnswered, isRefused, markInspected, markRefused } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import { dropRefusedOfUpgrades, makeRequestSendable, makeUpgradeSendable, prepareRequest } from "../node/prepare-request.js";
import { joinLists, keepSurvivingFields } from "../node/response-fields.js";
import { meant, upstreamFailure } from "../problem/problem-error.js";
import { proxyErrors } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { headOf, messageOf } from "../reply/reply.js";
import { successHead } from "../reply/success-head.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Facts } from "../responder/request-facts.js";
import { createResponder } from "../responder/responder.js";
import { guardHook } from "../util/guard-hook.js";
import { read, readStatus } from "../util/safe-read.js";
import { changesHead, discardReply, headOnly, inspectPiped, isReadable, seemDone, setHead } from "./proxied-reply.js";
import { guardHandlers, type ProxyEventHandlers, type ProxyHandlers } from "./proxy-handlers.js";
import { explainFailure, forgetReply, isReplied, trackExchange } from "./track-exchange.js";
import { createUpgrades, upgradeFailed } from "./upgrades.js";
import { addVia } from "./via.js";

type EventHandler = (...args: readonly unknown[]) => unknown;

/**
 * Creates handlers for http-proxy-middleware, http-proxy, http-proxy-3 and httpxy. The library passes successes on by itself; faults, error
 * replies and upgrades that fail are answered by the contract.
 * @param options those of `fgErrors()`
 * @param handlers `on` handlers of your own, called before we answer. An error that one of a request or a reply throws is answered like
 *   an error that a route throws; errors of the others go to stderr; they get an error reply without its content
 * @throws TypeError for a wrong option, with its name and what it accepts
 * @example app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy() }));
 * @example const proxy = fgProxy().attach(httpProxy.createProxyServer({ target, proxyTimeout: 1000 }));
 */
export function fgProxy(options: ResponderOptions = {}, handlers: ProxyEventHandlers = {}): ProxyHandlers {
  const respond = createResponder(options, { caller: "fgProxy" });
  const { proxyName } = options;
  const inspectionOptions = replyOptions(options);
  const upgrades = createUpgrades(respond, inspectionOptions);
  const ownStart = handlers.start && guardHook("the handler of start", handlers.start);
  const ownError = handlers.error && guardHook("the handler of proxy errors", handlers.error);

  function start(...args: Parameters<ProxyHandlers["on"]["start"]>) {
    prepareRequest(args[0]);
    ownStart?.(...args);
  }

  function proxyReq(...args: Parameters<ProxyHandlers["on"]["proxyReq"]>) {
    const [outgoing, request, response, limits] = args;
    const refusal = makeRequestSendable(outgoing, request);
    if (refusal) {
      outgoing.destroy();
      return fail(meant(refusal), request, response);
    }
    trackExchange(outgoing, response, limits?.proxyTimeout, () => broke(undefined, request, response));
    const switched = (reply: IncomingMessage, socket: Socket) => {
      socket.destroy();
      broke(upgradeFailed(reply.statusCode), request, response);
    };
    outgoing.on("upgrade", switched).on("connect", switched);
    onClose(response, () => {
      const isDone = response.writableFinished && isReplied(response) && !isAnswered(response);
      if (!isDone) outgoing.destroy();
    });
    if (!addVia(outgoing, request, proxyName)) return;
    callOwn("proxyReq", args);
    if (isAnswered(response) || isGone(response)) outgoing.destroy();
  }

  function proxyRes(...args: Parameters<ProxyHandlers["on"]["proxyRes"]>) {
    const [reply, request, response] = args;
    const brokeOff = (error?: Error) => {
      if (reply.complete) return;
      broke(error ?? reply.errored ?? upstreamFailure(fault("http_response_incomplete")), request, response);
      seemDone(response);
    };
    if (isReadable(reply)) reply.on("error", brokeOff).on("close", brokeOff);
    if (response.headersSent || isGone(response)) return discardReply(reply, response); // another middleware has answered, or the client has left
    const first = new Inspection(headOf(reply), inspectionOptions, request.method);
    const isError = first.outcome === "fails";
    const shown = isError && handlers.proxyRes ? headOnly(reply) : reply;
    const isChanged = handlers.proxyRes && changesHead(shown, () => callOwn("proxyRes", [shown, request, response]));
    if (response.headersSent) return isError ? discardReply(reply, response) : undefined; // they have answered
    const inspection = isChanged ? new Inspection(headOf(shown), inspectionOptions, request.method) : first;
    const { head, outcome } = inspection;
    if (outcome === "fails") return void answerErrorReply(reply, inspection, request, response);
    if (head.status === 101) return broke(upgradeFailed(head.status), request, response);
    if (outcome === "undecided") inspectPipedBody(inspection, request, response);
    const success = successHead(head, head.headers["content-length"] === "0", options);
    setHead(reply, success, response);
    dropUnsendable(response, success.status, success.headers["content-length"] !== undefined); // what was set before
    if (response.shouldKeepAlive === false) reply.headers.connection = "close"; // drain() has decided so; http-proxy would write keep-alive
  }

  /** Answers an error reply: the library sets its head, so that what it rewrites is rewritten, and we read its content. */
  async function answerErrorReply(
    reply: IncomingMessage,
    inspection: Inspection,
    request: IncomingMessage,
    response: ServerResponse,
  ) {
    markRefused(response); // what fails from here on is only the error's content
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
      markInspected(response);
      const finding = await inspection.finding(messageOf(inspection.head, body));
      if (response.headersSent || isGone(response)) return false;
      if (finding === undefined) return true;
      markRefused(response);
      keepSurvivingFields(response, before, options);
      joinLists(response, before);
      fail(upstreamFailure(finding), request, response);
      return false;
    });
  }

  function proxyReqWs(...args: Parameters<ProxyHandlers["on"]["proxyReqWs"]>) {
    const [outgoing, request, socket, limits] = args;
    const isSendable = makeUpgradeSendable(outgoing, request);
    trackExchange(outgoing, socket, limits?.proxyTimeout, () => broke(undefined, request, socket));
    upgrades.watch(outgoing, request, socket, limits?.proxyTimeout);
    if (!isSendable) upgrades.failUpgrade(meant({ status: 417 }), request, socket); // RFC 9110 section 10.1.1: no Expect without content
    else if (addVia(outgoing, request, proxyName)) callOwn("proxyReqWs", args);
    if (!socket.writable) outgoing.destroy();
  }

  function error(...args: Parameters<ProxyHandlers["on"]["error"]>) {
    const [thrown, request, target] = args;
    ownError?.(...args);
    if (!target) throw thrown; // there is no response: only the caller of the library can answer
    broke(thrown, request, target);
  }

  /** Answers the first failure of an exchange with the upstream; what follows is only a consequence of it. */
  function broke(thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket) {
    if (isRefused(target) || isAnswered(target)) return;
    fail(explainFailure(thrown, target), request, target, { origin: "upstream" });
  }

  function fail(thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket, more?: Partial<Facts>) {
    if (!("writeHead" in target)) upgrades.failUpgrade(thrown, request, target, more);
    else if (!isGone(target)) {
      if (!isRefused(target)) forgetReply(target);
      answer(respond, thrown, request, target, { url: originalUrl(request), ...more });
    }
  }

  function callOwn(
    name: "proxyReq" | "proxyRes" | "proxyReqWs",
    args: readonly [unknown, IncomingMessage, ServerResponse | Socket, ...unknown[]],
  ) {
    const { [name]: handler } = handlers as Readonly<Record<string, EventHandler>>;
    if (!handler) return;
    const [, request, target] = args;
    const failed = (thrown: unknown) => fail(thrown, request, target);
    const failedLate = (thrown: unknown) => {
      const { headers, method } = request;
      if ("writeHead" in target && isGone(target)) respond.report(thrown, { headers, method, url: originalUrl(request) });
      else failed(thrown);
    };
    try {
      const result = handler(...args);
      if (typeof read(result, "then") === "function")
        Promise.resolve(result).catch((thrown) => process.nextTick(failedLate, thrown)); // once the response ceases to seem done
    } catch (thrown) {
      failed(thrown);
    }
  }

  const on = { ...guardHandlers(handlers), start, proxyReq, proxyRes, proxyReqWs, error };
  return {
    on,
    attach: (server) => {
      for (const [event, handler] of Object.entries(on)) (server.on as (...args: unknown[]) => unknown)(event, handler);
      dropRefusedOfUpgrades(server);
      return server;
    },
  };
}
