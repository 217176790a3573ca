import type { Finding } from "../../problem/finding.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";
import { answered } from "./call-finding.js";

/** What a failed gRPC call means, or undefined when it is not one. No content can give its metadata a method. */
export function grpc(error: object, context: Context): Finding | undefined {
  const code = read(error, "code");
  const status = typeof code === "number" ? statuses[code] : undefined;
  if (status === undefined || readText(error, "details") === undefined) return undefined;
  if (typeof read(error, "metadata", "getMap") !== "function") return undefined;
  if (status === 499 && context.clientGone) return { status };
  const { receivedStatus: _, ...finding } = answered(status, undefined, context); // no status of HTTP was received
  return { ...finding, proxyError: finding.upstream ? undefined : proxyErrors.get(status) };
}

/** By code, 0 to 16: the status that google.rpc.Code maps it to. An error whose code is OK is none that gRPC knows. */
const statuses: readonly number[] = [502, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

const proxyErrors: ReadonlyMap<number, FaultType> = new Map<number, FaultType>([
  [503, "destination_unavailable"],
  [504, "http_response_timeout"],
]);
