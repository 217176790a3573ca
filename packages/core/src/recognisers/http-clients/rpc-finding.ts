import type { Finding } from "../../problem/finding.js";
import type { FaultType } from "../../proxy-errors/proxy-errors.js";
import { hasMember, isRecord, read, readStatus, readText } from "../../util/safe-read.js";
import type { Context } from "../rule.js";
import { answeredCallFinding } from "./call-finding.js";

/** Recognises a failed remote procedure call; undefined for any other error. No HTTP status was received, though the code has one. */
export function rpcFinding(error: object, context: Context): Finding | undefined {
  const status = rpcStatus(error, context);
  if (status === undefined) return undefined;
  if (status === 499 && context.clientGone) return { status };
  const { receivedStatus: _, ...finding } = answeredCallFinding(status, undefined, context);
  return { ...finding, proxyError: finding.upstream ? undefined : rpcFaults.get(status) };
}

function rpcStatus(error: object, { name }: Context): number | undefined {
  const code = read(error, "code");
  if (typeof code === "number") {
    if (isMoleculer(error)) return readStatus(error, "code");
    return isGrpc(error, name) ? grpcStatuses[code] : undefined;
  }
  const isNamed =
    (name === "TwirpError" && readText(error, "msg") !== undefined) || (name === "RpcError" && isRecord(read(error, "meta")));
  return typeof code === "string" && isNamed ? namedStatuses.get(code.toLowerCase()) : undefined;
}

/** Whether a numeric code is gRPC's: of @grpc/grpc-js, whose metadata no content can give a method, connect-es, nice-grpc or grpc-web. */
function isGrpc(error: object, name: string): boolean {
  if (typeof read(error, "metadata", "getMap") === "function") return readText(error, "details") !== undefined;
  if (name === "ConnectError") return readText(error, "rawMessage") !== undefined;
  return read(error, "@@nice-grpc") === true || (name === "RpcError" && isRecord(read(error, "metadata")));
}

/** Whether a numeric code is an HTTP status, as moleculer has it. */
function isMoleculer(error: object): boolean {
  return typeof read(error, "retryable") === "boolean" && hasMember(error, "type") && hasMember(error, "data");
}

/** Lists the status that google.rpc.Code gives each code, 0 to 16. gRPC knows no error with the code OK. */
const grpcStatuses: readonly number[] = [502, 499, 500, 400, 504, 404, 409, 403, 429, 400, 409, 400, 501, 500, 503, 500, 401];

/** Lists the names of those codes, in their order; the last ones are Twirp's alone. */
const codeNames =
  "ok canceled unknown invalid_argument deadline_exceeded not_found already_exists permission_denied resource_exhausted failed_precondition aborted out_of_range unimplemented internal unavailable data_loss unauthenticated".split(
    " ",
  );

const namedStatuses: ReadonlyMap<string, number> = new Map([
  ...codeNames.map((name, code): [string, number] => [name, grpcStatuses[code]!]),
  ["cancelled", 499],
  ["malformed", 400],
  ["bad_route", 404],
  ["dataloss", 500],
]);

const rpcFaults: ReadonlyMap<number, FaultType> = new Map<number, FaultType>([
  [503, "destination_unavailable"],
  [504, "http_response_timeout"],
]);
