import type { Finding } from "../../problem/finding.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { isError, read, readText } from "../../util/safe-read.js";
import type { ErrorKeys } from "../error-keys.js";
import { fault, type Context } from "../rule.js";
import { answeredCallFinding, failedCallFinding, limitedCallFinding } from "./call-finding.js";
import { clientKindOf, type ClientKind } from "./client-kinds.js";
import { receivedStatusOf, statusCodeOf } from "./received-error.js";
import { rpcFinding } from "./rpc-finding.js";

const replyLike: ClientKind = { answer: "itself" };

/**
 * Recognises the errors of HTTP clients, and of calls of remote procedures; undefined for any other. It comes before every family: several clients copy members of the
 * response's body onto the error, where a hostile upstream could imitate any error. So only the status and the few header fields
 * that the transport itself received count.
 * @param keys the error's own
 * @param context of what was thrown, which may be another value
 */
export function httpClientFinding(error: object, keys: ErrorKeys, context: Context): Finding | undefined {
  const wreck = keys.members.has("isBoom") ? wreckFault(error, context) : undefined;
  if (wreck) return fault(wreck);
  const kind = clientKindOf(error, keys) ?? (isReplyLike(error) ? replyLike : undefined);
  if (!kind) return rpcFinding(error, context);
  if (kind.forgeable) return { status: 502 };
  if (kind.limited) return limitedCallFinding(error);
  const answer = kind.answer === "itself" ? error : kind.answer && read(error, ...kind.answer);
  const failure = kind.failure?.(error);
  if (failure) return failedCallFinding(failure, context, undefined) ?? { status: 502 };
  const received = kind.statusInMessage
    ? Number(kind.statusInMessage.exec(readText(error, "message") ?? "")?.[1])
    : (receivedStatusOf(answer, kind.status) ?? (kind.hasStatusCode ? statusCodeOf(error) : undefined));
  const status = received === 0 && kind.zeroIsNone ? undefined : received;
  if (status !== undefined && (status < 200 || status >= 300))
    return answeredCallFinding(status, kind.headers ? read(error, ...kind.headers) : read(answer, "headers"), context);
  const found = failedCallFinding(error, context, status);
  return kind.shared && found?.proxyError === undefined && status === undefined ? undefined : (found ?? { status: 502 });
}

/** Whether a value is a reply that was thrown as it came, or what is left of one. */
function isReplyLike(value: object): boolean {
  return !isError(value) && receivedStatusOf(value) !== undefined && typeof (read(value, "headers") ?? undefined) === "object";
}

/**
 * Maps the start of a message of wreck's to a fault. It throws Boom's errors, with statuses for a request's content: it reads requests, too.
 * One is Boom's own message of a 408.
 */
const wreckMessages: readonly (readonly [start: string, type: FaultType])[] = [
  ["Client request timeout", "http_response_timeout"],
  ["Payload stream closed prematurely", "http_response_incomplete"],
  ["Payload stream error", "http_response_incomplete"],
  ["Payload content length greater than maximum allowed: ", "http_response_body_size"],
  ["Request Time-out", "connection_read_timeout"],
  ["The content-type is not JSON compatible", "http_protocol_error"],
];

/** Finds the fault of a reply that wreck has read. Where the request's own content is still to come, it may be that which wreck reads. */
function wreckFault(error: object, { origin, unreadRequest }: Context): FaultType | undefined {
  if (origin === "inbound" || unreadRequest || read(error, "isBoom") !== true || read(error, "data", "isResponseError") === true)
    return undefined;
  const message = readText(error, "message") ?? "";
  return wreckMessages.find(([start]) => message.startsWith(start))?.[1];
}
