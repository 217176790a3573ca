import type { ClientRequest, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { upstreamExchangeOf } from "../node/exchange.js";
import { checkOptions, type OptionCheck, type ResponderOptions } from "../responder/options.js";

/**
 * Lists the options of fgProxy(): those of `fgErrors()`, and a limit of its own.
 * @example
 * const options: ProxyOptions = { service: "SHOP", headTimeout: 2000 };
 * app.use(createProxyMiddleware(fgProxy(options, { target, proxyTimeout: 1000 })));
 */
export interface ProxyOptions extends ResponderOptions {
  /**
   * Milliseconds for the whole head of a reply, from the moment at which the request is sent; 1 to 2147483647. `proxyTimeout` of the libraries
   * starts anew with each octet. Default: no limit.
   */
  readonly headTimeout?: number | undefined;
}

const headTimeoutCheck: Readonly<Record<"headTimeout", OptionCheck>> = {
  headTimeout: {
    takes: "milliseconds, an integer from 1 to 2147483647",
    valid: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 2_147_483_647,
  },
};

/**
 * Checks the options of fgProxy(), and splits them into its own and the responder's.
 * @throws TypeError with the name of the first option that is unknown or wrong, and what it accepts
 */
export function splitProxyOptions(options: ProxyOptions): {
  readonly headTimeout: number | undefined;
  readonly responderOptions: ResponderOptions;
} {
  checkOptions(options, "fgProxy", headTimeoutCheck);
  const { headTimeout, ...responderOptions } = options;
  return { headTimeout, responderOptions };
}

/**
 * Limits the time in which the whole head of a reply has to come.
 * @param target the response, or the socket of an upgrade, whose exchange is tracked
 * @param fail called when the time has passed; then the request is destroyed
 */
export function limitHead(
  outgoing: ClientRequest,
  target: ServerResponse | Socket,
  limit: number | undefined,
  fail: () => void,
): void {
  if (limit === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  let readBefore = 0;
  const octetsRead = () => outgoing.socket?.bytesRead ?? 0;

  function expire() {
    const upstream = upstreamExchangeOf(target);
    // RFC 9209: sections 2.3.8, if a part of the head has come, and 2.3.27
    if (upstream) upstream.late ??= octetsRead() > readBefore ? "connection_read_timeout" : "http_response_timeout";
    fail();
    outgoing.destroy();
  }

  function startTimer() {
    readBefore = octetsRead();
    timer = setTimeout(expire, limit);
  }

  const stopTimer = () => clearTimeout(timer);
  if (outgoing.host === undefined) startTimer(); // a request of follow-redirects does not say when it is sent
  else outgoing.once("finish", startTimer);
  for (const event of ["response", "upgrade", "connect", "error", "close"]) outgoing.once(event, stopTimer);
}
