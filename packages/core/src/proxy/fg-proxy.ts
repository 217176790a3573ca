import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answer, isAnswered } from "../node/answer.js";
import { isClosed, onClose } from "../node/client-leaves.js";
import { copyFields } from "../node/copy-fields.js";
import { dropUnsendable } from "../node/drop-unsendable.js";
import { markLookedInto } from "../node/looked-into.js";
import { originalUrl } from "../node/original-url.js";
import { dropRefusedOfUpgrades, makeRequestSendable, makeUpgradeSendable, prepareRequest } from "../node/outgoing-head.js";
import { joinLists, keepLive } from "../node/response-head.js";
import { meant, UpstreamError } from "../problem/problem-error.js";
import { proxyErrors } from "../proxy-errors/proxy-errors.js";
import { fault } from "../recognisers/rule.js";
import { Inspection } from "../reply/inspect-reply.js";
import { replyOptions } from "../reply/reply-finding.js";
import { discardContent, headOf, messageOf } from "../reply/reply.js";
import { successHead } from "../reply/success-head.js";
import type { ResponderOptions } from "../responder/options.js";
import type { Facts } from "../responder/request-facts.js";
import { createResponder } from "../responder/responder.js";
import { guardHook } from "../util/guard-hook.js";
import { read, readStatus } from "../util/safe-read.js";
import { follow, forgetReply, inProgress, isReplied } from "./exchange-progress.js";
import { headOnly, holdPiped, isStream, seemDone, setHead } from "./proxied-reply.js";
import type { ProxyEventHandlers, ProxyHandlers } from "./proxy-handlers.js";
import { createUpgrades, upgradeFailed } from "./upgrades.js";
import { sign } from "./via.js";

type Handler = (...args: readonly unknown[]) => unknown;

/**
 * Handlers for http-proxy-middleware, http-proxy, http-proxy-3 and httpxy: what succeeds is the library's own business, faults, error
 * replies and upgrades that fail leave by the contract.
 * @param options the same that `fgErrors()` takes
 * @param handlers `on` handlers of your own, heard before we answer. What those of a request or a reply throw is answered like what a
 *   route throws, what the others throw goes to stderr; of an error reply they get the head only
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy() }));
 * @example const proxy = fgProxy().attach(httpProxy.createProxyServer({ target, proxyTimeout: 1000 }));
 */
export function fgProxy(options: ResponderOptions = {}, handlers: ProxyEventHandlers = {}): ProxyHandlers {
  const respond = createResponder(options, { caller: "fgProxy" });
  const { proxyName } = options;
  const looks = replyOptions(options);
  const upgrades = createUpgrades(respond, looks);
  const refused = new WeakSet<object>();
  const theirStart = handlers.start && guardHook("the handler of start", handlers.start);
  const theirError = handlers.error && guardHook("the handler of proxy errors", handlers.error);

  function start(...args: Parameters<ProxyHandlers["on"]["start"]>) {
    prepareRequest(args[0]);
    theirStart?.(...args);
  }

  function proxyReq(...args: Parameters<ProxyHandlers["on"]["proxyReq"]>) {
    const [outgoing, request, response, limits] = args;
    const refusal = makeRequestSendable(outgoing, request);
    if (refusal) {
      fail(meant(refusal), request, response);
      outgoing.destroy();
      return;
    }
    follow(outgoing, request, limits?.proxyTimeout, () => broke(undefined, request, response), response);
    const switched = (reply: IncomingMessage, socket: Socket) => {
      socket.destroy();
      broke(upgradeFailed(reply.statusCode), request, response);
    };
    outgoing.on("upgrade", switched).on("connect", switched);
    onClose(response, () => {
      const isDone = response.writableFinished && isReplied(request) && !isAnswered(response);
      if (!isDone) outgoing.destroy();
    });
    if (!sign(outgoing, request, proxyName)) return;
    callTheirs("proxyReq", args);
    if (isAnswered(response) || isClosed(response)) outgoing.destroy();
  }

  function proxyRes(...args: Parameters<ProxyHandlers["on"]["proxyRes"]>) {
    const [reply, request, response] = args;
    const brokeOff = (error?: Error) => {
      if (reply.complete) return;
      broke(error ?? reply.errored ?? incomplete(), request, response);
      seemDone(response);
    };
    if (isStream(reply)) reply.on("error", brokeOff).on("close", brokeOff);
    if (response.headersSent || isClosed(response)) return ignore(reply, response); // somebody had no patience
    const first = new Inspection(headOf(reply), looks, request.method);
    const mine = first.outcome === "fails";
    const shown = mine && handlers.proxyRes ? headOnly(reply) : reply;
    callTheirs("proxyRes", [shown, request, response]);
    if (response.headersSent) return mine ? ignore(reply, response) : undefined; // they have answered
    const inspection = handlers.proxyRes ? new Inspection(headOf(shown), looks, request.method) : first; // they may have changed it
    const { head, outcome } = inspection;
    if (outcome === "fails") return void refuse(reply, inspection, request, response);
    if (head.status === 101) return broke(upgradeFailed(head.status), request, response);
    if (outcome === "undecided") lookInto(inspection, request, response);
    const success = successHead(head, head.headers["content-length"] === "0", options);
    setHead(reply, success, response);
    dropUnsendable(response, success.status, success.headers["content-length"] !== undefined); // of what was set before
    if (response.shouldKeepAlive === false) reply.headers.connection = "close"; // drain() has decided so; http-proxy would promise to keep it
  }

  /** An error reply: its head goes the library's way, so that what it rewrites is rewritten, and its content ours. */
  async function refuse(reply: IncomingMessage, inspection: Inspection, request: IncomingMessage, response: ServerResponse) {
    refused.add(response); // what fails from here on is only the error's content
    const { head } = inspection;
    const live = inspection.survivingFields();
    const before = response.getHeaders();
    const status = readStatus(head, "status") ?? proxyErrors.http_protocol_error.status; // HTTP/2 takes no other
    setHead(reply, { status, headers: live }, response);
    copyFields(response, live); // where the library sets none
    seemDone(response);
    const failure = await inspection.failure(messageOf(head, isStream(reply) ? reply : null), false);
    if (response.headersSent) return;
    joinLists(response, before);
    fail(failure, request, response);
  }

  /** A success of which only the content tells whether it is one: the library sets its head, and the content waits. */
  function lookInto(inspection: Inspection, request: IncomingMessage, response: ServerResponse) {
    const before = response.getHeaders();
    holdPiped(response, async (body) => {
      markLookedInto(response);
      const failure = await inspection.failure(messageOf(inspection.head, body), false);
      if (response.headersSent || isClosed(response)) return false;
      if (failure === undefined) return true;
      refused.add(response);
      keepLive(response, before, options);
      joinLists(response, before);
      fail(failure, request, response);
      return false;
    });
  }

  function proxyReqWs(...args: Parameters<ProxyHandlers["on"]["proxyReqWs"]>) {
    const [outgoing, request, socket, limits] = args;
    const isSendable = makeUpgradeSendable(outgoing, request);
    follow(outgoing, request, limits?.proxyTimeout, () => broke(undefined, request, socket));
    upgrades.watch(outgoing, request, socket, limits?.proxyTimeout);
    if (!isSendable) upgrades.fail(meant({ status: 417 }), request, socket); // RFC 9110 section 10.1.1: no Expect without content
    else if (sign(outgoing, request, proxyName)) callTheirs("proxyReqWs", args);
    if (!socket.writable) outgoing.destroy();
  }

  function error(...args: Parameters<ProxyHandlers["on"]["error"]>) {
    const [thrown, request, target] = args;
    theirError?.(...args);
    if (!target) throw thrown; // there is no target to proxy to: only who called the library can answer
    broke(thrown, request, target);
  }

  /** The first failure of an exchange with the upstream is answered; what follows is but its echo. */
  function broke(thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket) {
    if (refused.has(target) || isAnswered(target)) return;
    fail(inProgress(thrown, request), request, target, { origin: "upstream" });
  }

  function fail(thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket, more?: Partial<Facts>) {
    if (!("writeHead" in target)) upgrades.fail(thrown, request, target, more);
    else if (!isClosed(target)) {
      if (!refused.has(target)) forgetReply(request, target);
      answer(respond, thrown, request, target, { url: originalUrl(request), ...more });
    }
  }

  function callTheirs(
    name: "proxyReq" | "proxyRes" | "proxyReqWs",
    args: readonly [unknown, IncomingMessage, ServerResponse | Socket, ...unknown[]],
  ) {
    const { [name]: handler } = handlers as Readonly<Record<string, Handler>>;
    if (!handler) return;
    const [, request, target] = args;
    const failed = (thrown: unknown) => fail(thrown, request, target);
    const failedLate = (thrown: unknown) => {
      const { headers, method } = request;
      if ("writeHead" in target && isClosed(target)) respond.report(thrown, { headers, method, url: originalUrl(request) });
      else failed(thrown);
    };
    try {
      const result = handler(...args);
      // Not before the response has ceased to seem done.
      if (typeof read(result, "then") === "function")
        Promise.resolve(result).catch((thrown) => process.nextTick(failedLate, thrown));
    } catch (thrown) {
      failed(thrown);
    }
  }

  const others = Object.entries(handlers as Readonly<Record<string, Handler>>).map(
    ([name, handler]) => [name, guardHook(`the handler of ${name}`, handler)] as const,
  );
  const on = { ...Object.fromEntries(others), start, proxyReq, proxyRes, proxyReqWs, error };
  return {
    on,
    attach: (server) => {
      for (const [event, handler] of Object.entries(on)) (server.on as (...args: unknown[]) => unknown)(event, handler);
      dropRefusedOfUpgrades(server);
      return server;
    },
  };
}

function ignore(reply: IncomingMessage, response: ServerResponse): void {
  seemDone(response);
  if (isStream(reply)) discardContent(reply);
}

function incomplete(): UpstreamError {
  return new UpstreamError(fault("http_response_incomplete"), undefined);
}
