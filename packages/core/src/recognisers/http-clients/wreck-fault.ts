import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";

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
export function wreckFault(error: object, { origin, unreadRequest }: Context): FaultType | undefined {
  if (origin === "inbound" || unreadRequest || read(error, "isBoom") !== true || read(error, "data", "isResponseError") === true)
    return undefined;
  const message = readText(error, "message") ?? "";
  return wreckMessages.find(([start]) => message.startsWith(start))?.[1];
}
