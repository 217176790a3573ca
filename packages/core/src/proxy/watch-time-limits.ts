import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import { isHttp2 } from "../http/is-http2.js";
import { onClose } from "../node/client-gone.js";
import type { NodeResponse } from "../node/exchange.js";
import { isGuarded, isTimeoutHandled, lateResponse } from "../node/late-response.js";
import type { ProxyFailures } from "./proxy-failures.js";

/**
 * Watches the time limits of a client's connection or stream while its request is proxied. A guarded server does so by itself, but for the limit
 * of a library over HTTP/2.
 * @param limit milliseconds, the option `timeout` of the library
 */
export function watchTimeLimits(response: ServerResponse, limit: number | undefined, fail: ProxyFailures["fail"]): void {
  if (response.listenerCount("timeout") > 0) return;
  const answerLate = () => answerLateResponse(response, fail);
  if (!isGuarded(response.req)) response.on("timeout", answerLate);
  if (limit === undefined || !isHttp2(response)) return;
  const { session } = (response as NodeResponse as Http2ServerResponse).stream;
  session?.prependListener("timeout", answerLate);
  onClose(response, () => session?.off("timeout", answerLate));
}

function answerLateResponse(response: ServerResponse, fail: ProxyFailures["fail"]): void {
  const { req: request } = response;
  if (isTimeoutHandled(request, response, 1)) return;
  if (response.writableEnded) return void response.socket?.destroy(); // as Node would, if nobody listened
  response.shouldKeepAlive = false;
  fail(lateResponse(response), request, response);
}
