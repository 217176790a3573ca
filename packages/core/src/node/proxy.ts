import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { isErrorStatus } from "../contract.js";
import { endToEnd, liveHeaders } from "../headers.js";
import type { ResponderOptions } from "../options.js";
import { UpstreamError } from "../problem-error.js";
import { fault } from "../recognisers/rule.js";
import { createResponder } from "../responder.js";
import { upstreamFinding } from "../upstream/reply.js";
import { answer } from "./answer.js";

type Handler = (...args: never[]) => unknown;

/** What http-proxy-middleware 3 takes among its options. */
export interface ProxyHandlers {
  readonly selfHandleResponse: true;
  readonly on: Readonly<Record<string, Handler>> & {
    readonly proxyReq: (outgoing: ClientRequest, request: IncomingMessage) => void;
    readonly proxyRes: (reply: IncomingMessage, request: IncomingMessage, response: ServerResponse) => void;
    readonly error: (error: Error, request: IncomingMessage, response: unknown) => void;
  };
}

/**
 * Handlers for http-proxy-middleware: replies stream through, error replies and faults leave by the contract. Since it writes the
 * responses itself, that middleware's options that rewrite responses, such as `hostRewrite`, have no effect.
 * @param options the same that `fgErrors()` takes
 * @param handlers `on` handlers of your own, called before ours
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy() }));
 */
export function fgProxy(options?: ResponderOptions, handlers: Readonly<Record<string, Handler>> = {}): ProxyHandlers {
  const respond = createResponder(options, { caller: "fgProxy" });
  const late = new WeakSet<IncomingMessage>();

  const reply = (thrown: unknown, request: IncomingMessage, response: ServerResponse) =>
    answer(respond, thrown, request, response, { url: (request as { originalUrl?: string }).originalUrl ?? request.url });

  // A proxyTimeout ends as "socket hang up", as does a reset: only this event tells them apart.
  function proxyReq(outgoing: ClientRequest, request: IncomingMessage) {
    outgoing.once("timeout", () => late.add(request));
  }

  async function proxyRes(incoming: IncomingMessage, request: IncomingMessage, response: ServerResponse) {
    try {
      if (response.headersSent) return void incoming.destroy(); // somebody had no patience and has answered
      if (isErrorStatus(incoming.statusCode ?? 0)) {
        const finding = await upstreamFinding(incoming);
        if (response.headersSent) return;
        setHeaders(response, liveHeaders(incoming.headers));
        reply(new UpstreamError(finding, undefined), request, response);
      } else {
        setHeaders(response, endToEnd(incoming.headers));
        response.writeHead(incoming.statusCode!);
        incoming.on("error", (error) => reply(error, request, response)).pipe(response);
      }
    } catch (error) {
      incoming.destroy();
      reply(error, request, response);
    }
  }

  function error(thrown: Error, request: IncomingMessage, response: unknown) {
    if (!(response instanceof Object && "writeHead" in response)) return;
    const meaning = late.has(request) ? new UpstreamError(fault("http_response_timeout"), thrown) : thrown;
    reply(meaning, request, response as ServerResponse);
  }

  const on = {
    proxyReq: both(handlers["proxyReq"], proxyReq),
    proxyRes: both(handlers["proxyRes"], proxyRes),
    error: both(handlers["error"], error),
  };
  return { selfHandleResponse: true, on: { ...handlers, ...on } };
}

function both<A extends unknown[]>(theirs: Handler | undefined, ours: (...args: A) => unknown): (...args: A) => void {
  return (...args) => {
    theirs?.(...(args as unknown as never[]));
    ours(...args);
  };
}

function setHeaders(response: ServerResponse, headers: readonly [name: string, value: string | string[] | undefined][]): void {
  for (const [name, value] of headers) if (value !== undefined) response.setHeader(name, value);
}
