import type { ServerResponse } from "node:http";
import { isHttp2 } from "../http/is-http2.js";
import { answer } from "../node/answer.js";
import { cut } from "../node/cut.js";
import { silence, type NodeResponse } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import type { Responder } from "../responder/responder.js";
import { startLingeringClose } from "./lingering-close.js";
import { replaceResponse } from "./replace-response.js";

/**
 * Ends a response that its application is still working on. A response of HTTP/1 that has not begun is replaced by an error response, one
 * that has begun is cut. An HTTP/2 stream is reset, since it cannot carry another response. A response that waits behind another one on
 * its connection ends with the connection.
 */
export function abandonResponse(respond: Responder, reason: object, response: NodeResponse): void {
  const { req: request, headersSent } = response as ServerResponse;
  const { headers, method } = request;
  const url = originalUrl(request);
  if (headersSent) answer(respond, reason, request, response, { url }); // cuts it
  else if (isHttp2(response) || !response.socket) {
    respond.report(reason, { headers, method, url });
    cut(response);
  } else {
    startLingeringClose(response.socket);
    replaceResponse(respond, reason, response);
  }
  silence(response);
}
