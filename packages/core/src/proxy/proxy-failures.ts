import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { answer } from "../node/answer.js";
import { isGone } from "../node/client-gone.js";
import { isAnswered, isRefused, markExchange, recordedIds } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import type { Facts } from "../responder/request-facts.js";
import type { Responder } from "../responder/responder.js";
import { read } from "../util/safe-read.js";
import { explainFailure, forgetReply, sendPipedHead } from "./track-exchange.js";
import type { ProxyEventHandlers } from "./proxy-handlers.js";
import type { Upgrades } from "./upgrades.js";

type EventHandler = (...args: readonly unknown[]) => unknown;

/** Answers what fails in the exchanges of one proxy. */
export interface ProxyFailures {
  /** Answers the first failure of an exchange with the upstream; what follows is only a consequence of it. */
  readonly broke: (thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket) => void;
  /** Reports the failure of a mirror, which is no failure of the response. */
  readonly reportMirror: (thrown: unknown, request: IncomingMessage, response: object) => void;
  /** Delivers a reply that is complete, whatever the library has found behind it. */
  readonly keepReply: (target: ServerResponse | Socket) => void;
  /** Answers a failure, unless the client has left. */
  readonly fail: (thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket, more?: Partial<Facts>) => void;
  /** Calls a handler of the user's, if there is one, and answers what it throws or rejects with. */
  readonly callOwn: (
    name: "proxyReq" | "proxyRes" | "proxyReqWs",
    args: readonly [unknown, IncomingMessage, ServerResponse | Socket, ...unknown[]],
  ) => void;
}

/**
 * Creates what answers the failures of one proxy.
 * @param handlers the user's own
 */
export function createFailures(respond: Responder, upgrades: Upgrades, handlers: ProxyEventHandlers): ProxyFailures {
  function broke(thrown: unknown, request: IncomingMessage, target: ServerResponse | Socket) {
    if (isRefused(target)) markExchange(target, "isLeftToIntegration");
    if (isRefused(target) || isAnswered(target)) return;
    fail(explainFailure(thrown, target), request, target, { origin: "upstream" });
  }

  function reportMirror(thrown: unknown, request: IncomingMessage, response: object) {
    markExchange(response, "isLeftToIntegration");
    if (thrown === request.errored) return; // the client's own, which the exchange itself reports
    const { headers, method } = request;
    const failure = new Error("The mirror of a request failed", { cause: thrown });
    respond.report(failure, { headers, method, url: originalUrl(request), ...recordedIds(request), origin: "upstream" }, false);
  }

  function keepReply(target: ServerResponse | Socket) {
    markExchange(target, "isLeftToIntegration");
    if ("writeHead" in target) sendPipedHead(target);
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
      if ("writeHead" in target && isGone(target))
        respond.report(thrown, { headers, method, url: originalUrl(request), ...recordedIds(request) });
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

  return { broke, reportMirror, keepReply, fail, callOwn };
}
