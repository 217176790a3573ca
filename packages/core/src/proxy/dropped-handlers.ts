import type { ClientRequest, ServerResponse } from "node:http";
import { isGone, onClose } from "../node/client-gone.js";
import { isAnswered } from "../node/exchange.js";
import { read } from "../util/safe-read.js";
import { emitWarning } from "../util/warnings.js";
import type { ProxyHandlers } from "./proxy-handlers.js";
import { onFirstOutcome, onFirstRequest, watchHeaders } from "./first-exchange.js";

/** Notices which handlers of one fgProxy() a library never calls, since others have replaced them. */
export interface DroppedHandlers {
  /** Gives the handlers in a form that shows which of them somebody has taken. */
  readonly watched: ProxyHandlers["on"];
  /** Watches a response from the start of its exchange, until the handler of proxyReq was seen. */
  readonly watchStart: (response: ServerResponse) => void;
  /** Watches an outgoing request, until the handlers of replies and errors were seen. */
  readonly watchRequest: (outgoing: ClientRequest, response: ServerResponse) => void;
  /** Notes that a handler was called. */
  readonly see: (event: string) => void;
  /** Warns of a reply whose request the handler of proxyReq has not seen. */
  readonly missRequest: () => void;
  /** Notes that an application has put the handlers into a configuration without looking at them. */
  readonly spread: () => void;
  /** Checks the listeners of a library's server, once the library has registered them. */
  readonly checkServer: (server: object) => void;
  /** Watches for a reply to the first request that is sent with a configuration, which may have got other handlers. */
  readonly watchConfiguration: (headers: object | undefined, target: unknown) => object;
}

/** Lists the events without whose handlers failures pass. */
const required = ["proxyReq", "proxyRes", "error"] as const;

/** Warns once of each handler that was dropped. */
export function watchDropped(on: ProxyHandlers["on"]): DroppedHandlers {
  const seen = new Set<string>();
  const taken = new Set<string>();
  const warned = new Set<string>();
  let isSpread = false;

  const warnOfDropped = (...events: readonly string[]) => {
    const dropped = events.filter((event) => !warned.has(event));
    if (dropped.length === 0) return;
    for (const event of dropped) warned.add(event);
    emitWarning(
      "FG_ERRORS_DROPPED_HANDLERS",
      `${describeHandlers(dropped)} not registered, so failures of upstreams pass: use fgProxy(options, { target, on: { ... } })`,
    );
  };

  const watched = {} as Record<string, unknown>;
  for (const [event, handler] of Object.entries(on))
    Object.defineProperty(watched, event, {
      enumerable: true,
      get: () => {
        taken.add(event);
        return handler;
      },
    });

  const checkTaken = () => {
    if (isSpread || taken.size > 0) warnOfDropped(...required.filter((event) => !taken.has(event)));
  };
  onFirstRequest(() => void setImmediate(checkTaken)); // proxies are set up by then

  const isSeen = (...events: readonly string[]) => events.some((event) => seen.has(event));
  const expectCall = (event: "proxyRes" | "error", response: ServerResponse) =>
    setImmediate(() => void (isSeen(event) || isAnswered(response) || warnOfDropped(event))); // a library's callback may lead to our answer

  /** Warns if somebody else has answered, and only the handler of "start" was called. */
  const checkStarted = (response: ServerResponse) => {
    if (!response.writableEnded || isSeen(...required) || isAnswered(response)) return;
    warnOfDropped("proxyReq", "proxyRes");
  };

  return {
    watched: watched as ProxyHandlers["on"],
    see: (event) => void seen.add(event),
    missRequest: () => warnOfDropped("proxyReq"),
    spread: () => void (isSpread = true),
    checkServer: (server) =>
      queueMicrotask(() => warnOfDropped(...required.filter((event) => !isRegistered(server, event, on[event])))),
    watchConfiguration: (headers, target) =>
      watchHeaders(headers, () => {
        if (seen.size === 0) onFirstOutcome(target, () => seen.size + warned.size > 0 || warnOfDropped(...required));
      }),
    watchStart: (response) => {
      if (isSeen("proxyReq")) return;
      // Where a request goes to a mirror only, the library ends the response at once.
      setImmediate(() => void (response.writableEnded || onClose(response, () => checkStarted(response))));
    },
    watchRequest: (outgoing, response) => {
      if (!seen.has("proxyRes"))
        outgoing.once("response", ({ statusCode = 0 }) => {
          if (Math.trunc(statusCode / 100) !== 3) expectCall("proxyRes", response); // a library may follow a redirect by itself
        });
      if (!seen.has("error")) outgoing.once("error", () => void (isGone(response) || expectCall("error", response)));
    },
  };
}

/** Describes handlers by their events, as the subject of a sentence. */
function describeHandlers(events: readonly string[]): string {
  if (events.length === required.length) return "the handlers of fgProxy() are";
  return events.length === 1
    ? `the handler of ${events[0]!} of fgProxy() is`
    : `the handlers of ${events.join(" and ")} of fgProxy() are`;
}

function isRegistered(server: object, event: string, handler: unknown): boolean {
  const listeners = read(server, "listeners");
  if (typeof listeners !== "function") return true;
  const registered: unknown = listeners.call(server, event);
  return !Array.isArray(registered) || registered.includes(handler);
}
