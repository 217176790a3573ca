import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { requestFacts } from "../node/answer.js";
import { recordedIds, recordRequestId, type NodeResponse } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import { newRequestId } from "../responder/request-id.js";
import type { Responder } from "../responder/responder.js";

/** Names the field in lower case, as it stands among a request's fields. */
const idField = "x-request-id";

/** Gives a request its id before a library copies its fields: the one that an error response to it has. A valid one of the client's stays. */
export function setRequestId(respond: Responder, request: IncomingMessage, target: ServerResponse | Socket): string {
  const { requestId, draftRequestId } = recordedIds(request);
  const id = requestId ?? draftRequestId ?? recordNewId(respond, request, target);
  const { headers } = request;
  if (headers[idField] !== id) headers[idField] = id;
  return id;
}

/** Records the id that a request has come with, else a new one, and returns it. */
function recordNewId(respond: Responder, request: IncomingMessage, target: ServerResponse | Socket): string {
  const { headers, method } = request;
  const known = { headers, method, url: originalUrl(request) };
  const facts = "writeHead" in target ? requestFacts(undefined, request, target as NodeResponse, known) : known;
  const given = respond.identify(facts);
  return given ? recordRequestId(request, given) : recordRequestId(request, newRequestId(), "draftRequestId");
}

/** Sends the id with a request whose fields were copied before. */
export function sendRequestId(outgoing: ClientRequest, id: string): void {
  try {
    if (outgoing.getHeader(idField) !== id) outgoing.setHeader("X-Request-Id", id);
  } catch {} // its head is sent already, by a handler that has written the content or by follow-redirects
}
