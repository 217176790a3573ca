import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { isGone, onClose } from "../node/client-gone.js";
import { discardRestOf } from "../node/discard-content.js";
import { isAnswered, openUpstreamExchange } from "../node/exchange.js";
import { dropRefusedOfUpgrades, makeRequestSendable, makeUpgradeSendable, prepareRequest } from "../node/prepare-request.js";
import { meant } from "../problem/problem-error.js";
import { replyOptions } from "../reply/reply-finding.js";
import { createResponder } from "../responder/responder.js";
import { guardHook } from "../util/guard-hook.js";
import { read } from "../util/safe-read.js";
import { isReadable } from "./proxied-reply.js";
import { createFailures } from "./proxy-failures.js";
import { watchDropped } from "./dropped-handlers.js";
import { limitHead, splitProxyOptions, type ProxyOptions } from "./limit-head.js";
import { ownHandlers, withHandlers, type ConfiguredProxy, type ProxyConfiguration } from "./proxy-configuration.js";
import { guardHandlers, type ProxyEventHandlers, type ProxyHandlers, type ProxySettings } from "./proxy-handlers.js";
import { createReplyHandler } from "./reply-handler.js";
import { sendRequestId, setRequestId } from "./send-request-id.js";
import { isMirror, isOnlyMirror, isReplied, isTracked, trackExchange } from "./track-exchange.js";
import { watchTimeLimits } from "./watch-time-limits.js";
import { createUpgrades, upgradeFailed } from "./upgrades.js";
import { addVia } from "./via.js";

/**
 * Creates the configuration of a proxy library, or handlers for it: http-proxy-middleware, http-proxy, http-proxy-3, httpxy, koa-proxies. The
 * library passes successes on by itself; faults, error replies and upgrades that fail are answered by the contract. Handlers of your own are
 * called before we answer. An error that one of a request or a reply throws is answered like an error that a route throws; errors of the others
 * go to stderr; they get an error reply without its content.
 * @param options those of `fgErrors()`, and `headTimeout`
 * @param configuration the library's whole configuration, with handlers of your own under `on` (koa-proxies: `events`; http-proxy-middleware 2:
 *   `onProxyReq` and so on)
 * @returns the configuration, with the handlers in it
 * @throws TypeError for a wrong option, with its name and what it accepts, and for an event that there is not
 * @example app.use(createProxyMiddleware(fgProxy({}, { target, proxyTimeout: 1000, on: { proxyReq } })));
 */
export function fgProxy<Configuration extends ProxyConfiguration>(
  options: ProxyOptions,
  configuration: Configuration,
): ConfiguredProxy<Configuration>;
/**
 * Creates handlers alone, under `on` and as `attach`.
 * @param handlers handlers of your own, by their events. Never set `on` beside the handlers of fgProxy(): it would replace them
 * @example app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy() }));
 * @example const proxy = fgProxy().attach(httpProxy.createProxyServer({ target, proxyTimeout: 1000 }));
 */
export function fgProxy(options?: ProxyOptions, handlers?: ProxyEventHandlers): ProxyHandlers;
export function fgProxy(proxyOptions: ProxyOptions = {}, given: ProxyEventHandlers | ProxyConfiguration = {}): ProxyHandlers {
  const handlers = ownHandlers(given);
  const { headTimeout, responderOptions: options } = splitProxyOptions(proxyOptions);
  const respond = createResponder(options, { caller: "fgProxy" });
  const { proxyName } = options;
  const inspectionOptions = replyOptions(options);
  let proxySettings = given as ProxySettings;
  const upgrades = createUpgrades(respond, { ...inspectionOptions, leaveBody: undefined });
  const failures = createFailures(respond, upgrades, handlers);
  const { broke, reportMirror, keepReply, fail, callOwn } = failures;
  const handleReply = createReplyHandler(respond, failures, options, inspectionOptions, handlers.proxyRes !== undefined);
  const ownStart = handlers.start && guardHook("the handler of start", handlers.start);
  const ownError = handlers.error && guardHook("the handler of proxy errors", handlers.error);

  const ownReset = handlers.econnreset && guardHook("the handler of econnreset", handlers.econnreset);

  function start(...args: Parameters<ProxyHandlers["on"]["start"]>) {
    const [request, response, destination] = args;
    dropped.see("start");
    prepareRequest(request);
    openUpstreamExchange(response, { fields: {}, destination });
    dropped.watchStart(response);
    ownStart?.(...args);
    setRequestId(respond, request, response); // a handler may have set one on the response
  }

  function proxyReq(...args: Parameters<ProxyHandlers["on"]["proxyReq"]>) {
    const [outgoing, request, response, settings = {}] = args;
    dropped.see("proxyReq");
    const refusal = makeRequestSendable(outgoing, request);
    if (refusal) {
      outgoing.destroy();
      return fail(meant(refusal), request, response);
    }
    sendRequestId(outgoing, setRequestId(respond, request, response));
    const late = () => broke(undefined, request, response);
    trackExchange(outgoing, response, settings, late);
    limitHead(outgoing, response, headTimeout, late);
    const switched = (reply: IncomingMessage, socket: Socket) => {
      socket.destroy();
      broke(upgradeFailed(reply.statusCode), request, response);
    };
    outgoing.on("upgrade", switched).on("connect", switched);
    onClose(response, () => {
      const isDone = response.writableFinished && isReplied(response) && !isAnswered(response);
      if (!isDone) outgoing.destroy();
      discardRestOf(request, response);
    });
    watchTimeLimits(response, settings.timeout, fail);
    dropped.watchRequest(outgoing, response);
    if (!addVia(outgoing, request, proxyName)) return;
    callOwn("proxyReq", args);
    if (isAnswered(response) || isGone(response)) outgoing.destroy();
  }

  function proxyReqWs(...args: Parameters<ProxyHandlers["on"]["proxyReqWs"]>) {
    const [outgoing, request, socket, settings = {}] = args;
    dropped.see("proxyReqWs");
    const isSendable = makeUpgradeSendable(outgoing, request);
    sendRequestId(outgoing, setRequestId(respond, request, socket));
    const late = () => broke(undefined, request, socket);
    trackExchange(outgoing, socket, settings, late);
    limitHead(outgoing, socket, headTimeout, late);
    upgrades.watch(outgoing, request, socket, settings.proxyTimeout);
    if (!isSendable) upgrades.failUpgrade(expectationFailed, request, socket);
    else if (addVia(outgoing, request, proxyName)) callOwn("proxyReqWs", args);
    if (!socket.writable) outgoing.destroy();
  }

  function error(...args: Parameters<ProxyHandlers["on"]["error"]>) {
    const [thrown, request, target, destination] = args;
    dropped.see("error");
    if (target && (isMirror(target, destination) || isOnlyMirror(proxySettings, destination)))
      return reportMirror(thrown, request, target);
    if (target && isReplied(target)) return keepReply(target);
    ownError?.(...args);
    if (!target) throw thrown; // there is no response: only the caller of the library can answer
    if (!("writeHead" in target) && isRefusedExpectation(thrown, request))
      return upgrades.failUpgrade(expectationFailed, request, target);
    broke(thrown, request, target);
  }

  /** The libraries take a reset for a client that has left, if the client's connection is closed, also after a complete response. */
  function econnreset(...args: Parameters<ProxyHandlers["on"]["econnreset"]>) {
    const [thrown, request, response, destination] = args;
    dropped.see("error");
    if (!isMirror(response, destination)) ownReset?.(...args);
    else if (response.writableFinished) reportMirror(thrown, request, response);
  }

  function proxyRes(...args: Parameters<ProxyHandlers["on"]["proxyRes"]>) {
    const [reply, request, response] = args;
    dropped.see("proxyRes");
    if (!isTracked(response) && isReadable(reply) && request.headers.expect === undefined) dropped.missRequest();
    handleReply(...args);
  }

  const all = { ...guardHandlers(handlers), start, proxyReq, proxyRes, proxyReqWs, error, econnreset };
  const dropped = watchDropped(all);
  const { watched: on } = dropped;
  const attach: ProxyHandlers["attach"] = (server) => {
    proxySettings = (read(server, "options") as ProxySettings | undefined) ?? proxySettings;
    for (const [event, handler] of Object.entries(on)) (server.on as (...args: unknown[]) => unknown)(event, handler);
    dropRefusedOfUpgrades(server);
    return server;
  };
  return withHandlers(given, { on, attach }, all, dropped);
}

/** Refuses an upgrade that expects a 100: no request without content may (RFC 9110 section 10.1.1). */
const expectationFailed: object = meant({ status: 417 });

/** Whether node:http has refused to send an upgrade whose Expect has it send the head at once, with a Trailer field. */
function isRefusedExpectation(thrown: unknown, { headers }: IncomingMessage): boolean {
  return headers.expect !== undefined && read(thrown, "code") === "ERR_HTTP_TRAILER_INVALID";
}
