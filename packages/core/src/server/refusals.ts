import type { IncomingMessage } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import { answerSocket } from "../node/answer-socket.js";
import { answer } from "../node/answer.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { meant } from "../problem/problem-error.js";
import type { Responder } from "../responder/responder.js";
import { startLingeringClose } from "./lingering-close.js";
import { afterPipelined } from "./pipelining.js";
import { ownTexts } from "../problem/own-texts.js";

type Refusal = "target" | "host" | "framing" | "codingOrder" | "coding" | "expectation" | "spent" | "version";

/** Lists refusals of requests: of those that Node answers by itself and without content, and of those that it should refuse and does not. */
export const refusals: Readonly<Record<Refusal, object>> = {
  /** The target is neither a path nor a URL of HTTP (RFC 9112 section 3.2). */
  target: meant({ status: 400, detail: ownTexts["target-not-valid"] }),
  /** Host is missing or repeated (RFC 9112 section 3.2). */
  host: meant({ status: 400, detail: ownTexts["host-not-valid"] }),
  /** The version is none, or HTTP/1.0 has chunks (RFC 9112 sections 2.3 and 6.1). */
  framing: meant({ status: 400, detail: ownTexts["framing-not-valid"] }),
  /** The last transfer coding is not chunked, or an earlier one is: nobody knows where the content ends (RFC 9112 sections 6.1 and 6.3). */
  codingOrder: meant({ status: 400, detail: ownTexts["chunked-not-last"] }),
  /** Another transfer coding stands before chunked (RFC 9112 section 6.1). */
  coding: meant({ status: 501, detail: ownTexts["transfer-coding-unknown"], routine: true }),
  /** Expect is something else than 100-continue (RFC 9110 section 10.1.1). */
  expectation: meant({ status: 417, detail: ownTexts["expectation-unknown"] }),
  /** The connection has had `maxRequestsPerSocket` requests. Its last answer has announced that the connection closes. */
  spent: meant({ status: 503, detail: ownTexts["connection-spent"], routine: true }),
  /** HTTP/1 came to a port that accepts HTTP/2 only (RFC 9110 section 15.6.6). */
  version: meant({ status: 505, detail: ownTexts["http2-only"], routine: true }),
};

/** Gives the facts of a failure that is the client's. */
export const inboundFacts = { origin: "inbound" } as const;

/** Answers a request instead of the application, and closes its connection. With HTTP/2 only the stream ends. */
export function refuse(respond: Responder, reason: object, request: NodeRequest, response: NodeResponse): void {
  if (!isHttp2(response)) {
    response.shouldKeepAlive = false;
    startLingeringClose(request.socket);
  }
  answer(respond, reason, request, response, inboundFacts);
}

/** Answers an upgrade or a tunnel, which has no response: on the connection itself, even if its listeners get a stream over it. */
export function refuseSocket(respond: Responder, reason: object, request: IncomingMessage): void {
  const { socket } = request;
  startLingeringClose(socket);
  const url = request.method === "CONNECT" ? undefined : request.url || undefined; // a tunnel has no path
  afterPipelined(socket, () => answerSocket(respond, reason, request, socket, { ...inboundFacts, url }));
}

/**
 * Finds why the end of an HTTP/1 request is uncertain, or its content is coded; undefined where neither is so. HTTP/1.0 has no chunks (RFC
 * 9112 section 6.1), Node's parser accepts the versions 0.9 and 2.0, and it reports a Transfer-Encoding that it does not understand only when
 * the application has the request.
 */
export function framingFault({ httpVersion, headers }: NodeRequest): object | undefined {
  const { "transfer-encoding": value } = headers;
  if (httpVersion !== "1.1" && (httpVersion !== "1.0" || value !== undefined)) return refusals.framing;
  if (value === undefined || value === "chunked") return undefined;
  const codings = value.split(",").map((coding) => coding.trim().toLowerCase());
  const last = codings.pop();
  if (last !== "chunked" || codings.includes("chunked") || /[^\t\x20-\x7e]/.test(value)) return refusals.codingOrder;
  return codings.every((coding) => coding === "") ? undefined : refusals.coding; // a list may have empty elements (RFC 9110 section 5.6.1)
}

/** Whether a request has one Host field; before HTTP/1.1 it may have none (RFC 9112 section 3.2). */
export function namesHost({ httpVersion, rawHeaders }: NodeRequest): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2)
    if (rawHeaders[at]!.length === 4 && rawHeaders[at]!.toLowerCase() === "host") count++;
  return count === 1 || (count === 0 && httpVersion === "1.0");
}
