import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import { isErrorStatus } from "../contract.js";
import { endToEnd } from "../headers.js";
import type { ResponderOptions } from "../options.js";
import { UpstreamError } from "../problem-error.js";
import { fault } from "../recognisers/rule.js";
import { createResponder } from "../responder.js";
import { upstreamFinding } from "../upstream/reply.js";
import { answer } from "./answer.js";

/** What http-proxy-middleware 3 takes among its options. */
export interface ProxyHandlers {
  readonly selfHandleResponse: true;
  readonly on: {
    readonly proxyReq: (outgoing: ClientRequest, request: IncomingMessage) => void;
    readonly proxyRes: (reply: IncomingMessage, request: IncomingMessage, response: ServerResponse) => void;
    readonly error: (error: Error, request: IncomingMessage, response: unknown) => void;
  };
}

/**
 * Handlers for http-proxy-middleware: replies stream through, error replies and faults leave by the contract.
 * @throws TypeError for a wrong option, with its name and what it takes
 * @example app.use(createProxyMiddleware({ target, proxyTimeout: 1000, ...fgProxy() }));
 */
export function fgProxy(options?: ResponderOptions): ProxyHandlers {
  const respond = createResponder(options, { caller: "fgProxy" });
  const late = new WeakSet<IncomingMessage>();

  const reply = (thrown: unknown, request: IncomingMessage, response: ServerResponse) =>
    answer(respond, thrown, request, response, { url: (request as { originalUrl?: string }).originalUrl ?? request.url });

  return {
    selfHandleResponse: true,
    on: {
      // A proxyTimeout ends as "socket hang up", as does a reset: only this event tells them apart.
      proxyReq: (outgoing, request) => void outgoing.once("timeout", () => late.add(request)),
      async proxyRes(incoming, request, response) {
        if (isErrorStatus(incoming.statusCode ?? 0)) {
          const finding = await upstreamFinding(incoming);
          return reply(new UpstreamError(finding, undefined), request, response);
        }
        for (const [name, value] of endToEnd(incoming.headers)) if (value !== undefined) response.setHeader(name, value);
        response.writeHead(incoming.statusCode!);
        incoming.on("error", (error) => reply(error, request, response)).pipe(response);
      },
      error(error, request, response) {
        if (!(response instanceof Object && "writeHead" in response)) return;
        const meaning = late.has(request) ? new UpstreamError(fault("http_response_timeout"), error) : error;
        reply(meaning, request, response as ServerResponse);
      },
    },
  };
}
