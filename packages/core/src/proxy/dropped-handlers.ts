import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest, ServerResponse } from "node:http";
import { isGone, onClose } from "../node/client-gone.js";
import { isAnswered } from "../node/exchange.js";
import type { ProxyHandlers } from "./proxy-handlers.js";

/** Notices which handlers of one fgProxy() a library never calls, since others have replaced them. */
interface DroppedHandlers {
  /** Gives the handlers in a form that shows whether anybody has taken them. */
  readonly watched: ProxyHandlers["on"];
  /** Watches a response from the start of its exchange, until the handler of proxyReq was seen. */
  readonly watchStart: (response: ServerResponse) => void;
  /** Watches an outgoing request, until the handlers of replies and errors were seen. */
  readonly watchRequest: (outgoing: ClientRequest, response: ServerResponse) => void;
  /** Notes that a handler was called. */
  readonly see: (event: "proxyReq" | "proxyRes" | "error") => void;
  /** Warns of a reply whose request the handler of proxyReq has not seen. */
  readonly missRequest: () => void;
  /** Notes that an application has read the handlers, and so means to use them. */
  readonly read: () => void;
}

/** Warns once of each handler that was dropped. */
export function watchDropped(on: ProxyHandlers["on"]): DroppedHandlers {
  const seen = new Set<string>();
  const warned = new Set<string>();
  let isRead = false;
  let isTaken = false;

  const warnOfDropped = (event: string) => {
    if (warned.has(event)) return;
    warned.add(event);
    const message =
      event === "on"
        ? "the handlers of fgProxy() are not registered"
        : `the handler of ${event} of fgProxy() was replaced by another one`;
    process.emitWarning(`${message}, so failures of upstreams pass: use fgProxy(options, { target, on: { ... } })`, {
      type: "FgErrorsWarning",
      code: "FG_ERRORS_DROPPED_HANDLERS",
    });
  };

  const watched = {} as Record<string, unknown>;
  for (const [event, handler] of Object.entries(on))
    Object.defineProperty(watched, event, {
      enumerable: true,
      get: () => {
        isTaken = true;
        return handler;
      },
    });

  const checkTaken = () => {
    unsubscribe("http.server.request.start", checkTaken);
    setImmediate(() => void (!isRead || isTaken || warnOfDropped("on")));
  };
  subscribe("http.server.request.start", checkTaken); // the first request of the process: proxies are set up by then

  const isSeen = (...events: readonly string[]) => events.some((event) => seen.has(event));
  const expectCall = (event: "proxyRes" | "error", response: ServerResponse) =>
    setImmediate(() => void (isSeen(event) || isAnswered(response) || warnOfDropped(event))); // a library's callback may lead to our answer

  /** Warns if somebody else has answered, and only the handler of "start" was called. */
  const checkStarted = (response: ServerResponse) => {
    if (!response.writableEnded || isSeen("proxyReq", "proxyRes", "error") || isAnswered(response)) return;
    warnOfDropped("proxyReq");
    warnOfDropped("proxyRes");
  };

  return {
    watched: watched as ProxyHandlers["on"],
    see: (event) => void seen.add(event),
    missRequest: () => warnOfDropped("proxyReq"),
    read: () => void (isRead = true),
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
