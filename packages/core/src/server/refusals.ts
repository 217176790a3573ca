import type { IncomingMessage } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import { invalidTarget } from "../http/request-target.js";
import { answerSocket } from "../node/answer-socket.js";
import { answer } from "../node/answer.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { meant } from "../problem/problem-error.js";
import type { Responder } from "../responder/responder.js";
import { closeGently } from "./lingering-close.js";
import { inTurn } from "./pipelining.js";

/** What Node answers by itself, and without content. */
export const refusals: Readonly<Record<"target" | "host" | "framing" | "expectation" | "spent" | "version", object>> = {
  /** RFC 9112 section 3.2. */
  target: meant({ status: 400, detail: invalidTarget }),
  /** RFC 9112 section 3.2. */
  host: meant({ status: 400, detail: "A request needs a Host field, and only one." }),
  /** RFC 9112 sections 2.3 and 6.1. */
  framing: meant({ status: 400, detail: "HTTP/1.1 is spoken here, and HTTP/1.0 without Transfer-Encoding." }),
  /** RFC 9110 section 10.1.1. */
  expectation: meant({ status: 417, detail: "The only expectation that can be met is 100-continue." }),
  /** Beyond the server's `maxRequestsPerSocket`: the answer before has said that the connection closes. */
  spent: meant({ status: 503, detail: "This connection takes no more requests; a new one will.", routine: true }),
  /** HTTP/1 where only HTTP/2 is spoken (RFC 9110 section 15.6.6). */
  version: meant({ status: 505, detail: "Only HTTP/2 is spoken here.", routine: true }),
};

const inbound = { origin: "inbound" } as const;

/** Answers a request in the application's stead, and closes its connection; of HTTP/2 only the stream ends. */
export function refuse(respond: Responder, why: object, request: NodeRequest, response: NodeResponse): void {
  if (!isHttp2(response)) {
    response.shouldKeepAlive = false;
    closeGently(request.socket);
  }
  answer(respond, why, request, response, inbound);
}

/** The same where there is no response, for an upgrade or a tunnel: on the connection itself, whatever stream its listeners get. */
export function refuseSocket(respond: Responder, why: object, request: IncomingMessage): void {
  const { socket } = request;
  closeGently(socket);
  const url = request.method === "CONNECT" ? undefined : request.url || undefined; // a tunnel has no path
  inTurn(socket, () => answerSocket(respond, why, request, socket, { ...inbound, url }));
}

/** Whether everybody sees the same end of a request of HTTP/1: 1.0 knows no chunks (RFC 9112 section 6.1), and Node's parser takes 0.9 and 2.0. */
export function isFramed({ httpVersion, headers }: NodeRequest): boolean {
  return httpVersion === "1.1" || (httpVersion === "1.0" && headers["transfer-encoding"] === undefined);
}

/** Whether a request names its host as it must: once, before HTTP/1.1 at most once (RFC 9112 section 3.2). */
export function namesHost({ httpVersion, rawHeaders }: NodeRequest): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === "host") count++;
  return count === 1 || (count === 0 && httpVersion === "1.0");
}
