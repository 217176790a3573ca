import type { ServerResponse } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import { answer } from "../node/answer.js";
import { cut } from "../node/cut.js";
import { silence, type NodeResponse } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import type { Responder } from "../responder/responder.js";
import { closeGently } from "./lingering-close.js";
import { answerInstead } from "./replace-response.js";

/**
 * Ends a response that its application is still at: answers in its place, or cuts what has begun. A stream of HTTP/2 has no other
 * response, so it is reset; one whose turn has not come ends with its connection.
 */
export function giveUp(respond: Responder, why: object, response: NodeResponse): void {
  const { req: request, headersSent } = response as ServerResponse;
  const { headers, method } = request;
  const url = originalUrl(request);
  if (headersSent) answer(respond, why, request, response, { url }); // cuts it
  else if (isHttp2(response) || !response.socket) {
    respond.report(why, { headers, method, url });
    cut(response);
  } else {
    closeGently(response.socket);
    answerInstead(respond, why, response);
  }
  silence(response);
}
