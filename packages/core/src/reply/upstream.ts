import type { Finding } from "../problem/finding.js";
import { UpstreamError } from "../problem/problem-error.js";
import { asBrokenReply } from "../recognisers/http-clients/broken-reply.js";
import { answeredCallFinding } from "../recognisers/http-clients/call-finding.js";
import { recognise } from "../recognisers/recognise.js";
import type { Circumstances } from "../recognisers/rule.js";
import { checkOptions, type ResponderOptions } from "../responder/options.js";
import { Inspection } from "./inspect-reply.js";
import { replyOptions } from "./reply-finding.js";
import { contentFault, handleRequestError, headOf, type Reply } from "./reply.js";

/**
 * Lists the options of `fgErrors()`, of which `errorBodyLimit` and `hiddenFailures` matter here, with `relayStatuses` of their own.
 * @example
 * const options: UpstreamOptions = { relayStatuses: [404], errorBodyLimit: 4096 };
 * const reply = await upstream(fetch(url), options);
 */
export interface UpstreamOptions extends Omit<ResponderOptions, "relayStatuses"> {
  /**
   * Statuses, 400 to 599, whose error replies are passed on to this gateway's client; `true`: all. Default: those of `fgErrors({
   * relayStatuses })`.
   */
  readonly relayStatuses?: boolean | NonNullable<ResponderOptions["relayStatuses"]>;
}

/**
 * Waits for a call to a service and returns its reply untouched, unless it is an error or there is none. If nobody handles the
 * error, it becomes this gateway's own failure, since the client did not make the call: 502, 503 or 504 (RFC 9110 section
 * 15.6.3).
 * @param call the result of fetch(), undici's request() or node:http, or a promise of it
 * @param options `relayStatuses`, default those of `fgErrors()`; `errorBodyLimit`, octets, default 65536; `hiddenFailures`,
 *   default false
 * @throws UpstreamError for a reply of an error status, or of a function that failed behind a 200, whose content it has read, and
 *   for a fault of the next hop, its `cause`, and where `relayStatuses` is given, for a client's error with the status that it received;
 *   TypeError for a wrong option; anything else that the call rejects with, unchanged
 * @example const order = await (await upstream(fetch(url), { relayStatuses: [404] })).json();
 */
export async function upstream<C extends Reply | PromiseLike<Reply>>(
  call: C,
  options: UpstreamOptions = {},
): Promise<Awaited<C>> {
  const { relayStatuses, ...others } = options;
  const reply = handleRequestError(await awaitedReply(call, relayStatuses));
  checkOptions({ ...others, relayStatuses: typeof relayStatuses === "boolean" ? undefined : relayStatuses }, "upstream");
  const failure = await new Inspection(headOf(reply), { ...replyOptions(others), leaveBody: undefined }).finding(reply);
  if (failure) throw new UpstreamError(unhandledFinding(failure, relayStatuses), undefined);
  const reason = others.hiddenFailures ? contentFault(reply) : undefined;
  if (reason) throw asBrokenReply(reason, headOf(reply).status); // it broke while its content was inspected: the caller would not learn of it
  return reply;
}

/** Waits for a call. A client that throws at an error status has received it: then the caller's statuses count as they do for a reply. */
async function awaitedReply<C>(call: C, relayStatuses: UpstreamOptions["relayStatuses"]): Promise<Awaited<C>> {
  try {
    return await call;
  } catch (error) {
    const found = rejectedFinding(error, relayStatuses === true ? errorStatuses : relayStatuses || []);
    const isDecided = found?.upstream || (relayStatuses !== undefined && found?.receivedStatus !== undefined);
    throw found?.proxyError === undefined && !isDecided ? error : new UpstreamError(found, error);
  }
}

const errorStatuses: ReadonlySet<number> = new Set(Array.from({ length: 200 }, (_, at) => 400 + at));

function rejectedFinding(error: unknown, relayStatuses: Circumstances["relayStatuses"] & object): Finding | undefined {
  try {
    return recognise(error, { origin: "upstream", relayStatuses });
  } catch {
    return undefined;
  }
}

/** Turns a reply's error into this gateway's own failure. If the caller names no statuses, the gateway decides by its own option. */
function unhandledFinding(relayed: Finding, relayStatuses: UpstreamOptions["relayStatuses"]): Finding {
  const { status, headers, proxyError, requestId, receivedStatus = status } = relayed;
  if (relayStatuses === true || (relayStatuses && new Set(relayStatuses).has(status))) return relayed;
  if (!relayed.upstream && status >= 500) return relayed; // a function's failure has this gateway's status already
  const own: Finding = {
    ...answeredCallFinding(status, headers, { relayStatuses: new Set() }),
    proxyError,
    requestId,
    receivedStatus,
  };
  return relayStatuses === undefined ? { ...own, relayed } : own;
}
