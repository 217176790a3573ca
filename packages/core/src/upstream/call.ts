import { brokenOff } from "../node/broken-off.js";
import { checkOptions, type ResponderOptions } from "../options.js";
import { UpstreamError } from "../problem-error.js";
import { answered } from "../recognisers/failed-calls.js";
import type { Finding } from "../recognisers/rule.js";
import { normalizeError } from "../thrown.js";
import { breakOf, handleRequestError, headOf, type Reply } from "./replies/reply.js";
import { failureOf, replyOptions } from "./replies/reply-finding.js";

/** Those of `fgErrors()`, of which `errorBodyLimit` and `functionGraph` matter here, with a `relay` of their own. */
export interface UpstreamOptions extends Omit<ResponderOptions, "relay"> {
  /** Statuses, 400 to 599, whose error replies are passed on to this gateway's client; `true`: all. Default: those of `fgErrors({ relay })`. */
  readonly relay?: boolean | NonNullable<ResponderOptions["relay"]>;
}

/**
 * Waits for a call to a service and gives its reply back, untouched, unless that is an error or there is none. Unhandled, the error
 * becomes this gateway's own failure, since the client did not make the call: 502, 503 or 504 (RFC 9110 section 15.6.3).
 * @param call what fetch(), undici's request() or node:http gives, or a promise of it
 * @throws UpstreamError for a reply of an error status, or of a function that failed behind a 200, whose content it has read, and for a
 *   fault of the next hop, its `cause`; TypeError for a wrong option; anything else that the call rejects with, unchanged
 * @example const order = await (await upstream(fetch(url), { relay: [404] })).json();
 */
export async function upstream<C extends Reply | PromiseLike<Reply>>(
  call: C,
  options: UpstreamOptions = {},
): Promise<Awaited<C>> {
  const reply = handleRequestError(await settled(call));
  const { relay, ...others } = options;
  checkOptions({ ...others, relay: typeof relay === "boolean" ? undefined : relay }, "upstream");
  const failure = await failureOf(reply, replyOptions(others));
  if (failure) throw new UpstreamError(meaningOf(failure, relay), undefined);
  const reason = others.functionGraph ? breakOf(reply) : undefined;
  if (reason) throw brokenOff(reason, headOf(reply).status); // while its content was looked into: the caller would not hear of it
  return reply;
}

async function settled<C>(call: C): Promise<Awaited<C>> {
  try {
    return await call;
  } catch (error) {
    const { status, proxyError, upstreamStatus } = normalizeError(error, { origin: "upstream" });
    throw proxyError === undefined ? error : new UpstreamError({ status, proxyError, receivedStatus: upstreamStatus }, error);
  }
}

/** A reply's error status is this gateway's own failure. Without a word from the caller, the gateway decides by its own option. */
function meaningOf(relayed: Finding, relay: UpstreamOptions["relay"]): Finding {
  const { status, headers, proxyError, requestId, receivedStatus = status } = relayed;
  if (relay === true || (relay && new Set(relay).has(status))) return relayed;
  if (!relayed.upstream && status >= 500) return relayed; // this gateway's already, for a function's
  const own: Finding = { ...answered(status, headers, { relay: new Set() }), proxyError, requestId, receivedStatus };
  return relay === undefined ? { ...own, relayed } : own;
}
