import type { Finding } from "../../problem/finding.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";
import { answeredCallFinding } from "./call-finding.js";

/** Recognises a failed gRPC call; undefined for any other error. No content can give its metadata a method. */
export function grpcFinding(error: object, context: Context): Finding | undefined {
  const code = read(error, "code");
  const status = typeof code === "number" ? grpcStatuses[code] : undefined;
  if (status === undefined || readText(error, "details") === undefined) return undefined;
  if (typeof read(error, "metadata", "getMap") !== "function") return undefined;
  if (status === 499 && context.clientGone) return { status };
  const { receivedStatus: _, ...finding } = answeredCallFinding(status, undefined, context); // no HTTP status was received
  return { ...finding, proxyError: finding.upstream ? undefined : grpcFaults.get(status) };
}

/** Lists the status that google.rpc.Code gives each code, 0 to 16. gRPC knows no error with the code OK. */
const grpcStatuses: readonly number[] = [502, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

const grpcFaults: ReadonlyMap<number, FaultType> = new Map<number, FaultType>([
  [503, "destination_unavailable"],
  [504, "http_response_timeout"],
]);
