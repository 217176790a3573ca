import { readText } from "../util/safe-read.js";
import { alertNumber, errorChain } from "./classify-fault.js";
import type { ProxyErrorType } from "./proxy-errors.js";

type FaultParameters = Readonly<Record<string, string | number>>;

/**
 * Reads the parameters that belong to an error's RFC 9209 type alone (section 2.3). None comes from a text of the upstream, and
 * none names an address.
 * @param type the type that the error was classified as
 * @param error the original one, or whatever wraps it
 * @example faultParameters("dns_error", Object.assign(new Error(), { code: "ENOTFOUND" })) // { rcode: "NXDOMAIN" }
 */
export function faultParameters(type: ProxyErrorType, error: unknown): FaultParameters {
  const readParameters = Object.hasOwn(parameterReaders, type) ? parameterReaders[type] : undefined;
  if (readParameters === undefined) return {};
  return errorChain(error).reduce<FaultParameters>((found, link) => readParameters(link) ?? found, {});
}

type ParameterReader = (error: unknown) => FaultParameters | undefined;

const parameterReaders: Readonly<Partial<Record<ProxyErrorType, ParameterReader>>> = {
  dns_error: (error) => parameterOf("rcode", rcodes.get(readText(error, "code") ?? "")),
  tls_alert_received: alertParameters,
  http_response_transfer_coding: () => ({ coding: "chunked" }), // the only one that Node undoes
  http_response_content_coding: (error) =>
    parameterOf("coding", codingsByCode.find(([start]) => start.test(readText(error, "code") ?? ""))?.[1]),
};

function parameterOf(name: string, value: string | undefined): FaultParameters | undefined {
  return value === undefined ? undefined : { [name]: value };
}

/** Maps the codes of c-ares and getaddrinfo to RCODEs (RFC 8499 section 3). */
const rcodes: ReadonlyMap<string, string> = new Map([
  ["ENOTFOUND", "NXDOMAIN"],
  ["ENODATA", "NOERROR"],
  ["ESERVFAIL", "SERVFAIL"],
  ["EREFUSED", "REFUSED"],
  ["EFORMERR", "FORMERR"],
  ["ENOTIMP", "NOTIMP"],
]);

/** Maps codes to codings. zlib gives the same codes for gzip and deflate. */
const codingsByCode: readonly (readonly [start: RegExp, coding: string])[] = [
  [/^ERR_(?:BROTLI_DECODER)?_ERROR_FORMAT_/, "br"],
  [/^ZSTD_/, "zstd"],
];

function alertParameters(error: unknown): FaultParameters | undefined {
  const [, digits] = alertNumber.exec(readText(error, "message") ?? "") ?? [];
  if (digits === undefined) return undefined;
  const id = Number(digits);
  return { "alert-id": id, ...parameterOf("alert-message", tlsAlerts.get(id)) };
}

/** Maps the numbers of TLS alerts to names (RFC 8446 section 6 and its registry, TLS Alerts). */
const tlsAlerts: ReadonlyMap<number, string> = new Map([
  [0, "close_notify"],
  [10, "unexpected_message"],
  [20, "bad_record_mac"],
  [22, "record_overflow"],
  [40, "handshake_failure"],
  [42, "bad_certificate"],
  [43, "unsupported_certificate"],
  [44, "certificate_revoked"],
  [45, "certificate_expired"],
  [46, "certificate_unknown"],
  [47, "illegal_parameter"],
  [48, "unknown_ca"],
  [49, "access_denied"],
  [50, "decode_error"],
  [51, "decrypt_error"],
  [70, "protocol_version"],
  [71, "insufficient_security"],
  [80, "internal_error"],
  [86, "inappropriate_fallback"],
  [90, "user_canceled"],
  [109, "missing_extension"],
  [110, "unsupported_extension"],
  [112, "unrecognized_name"],
  [113, "bad_certificate_status_response"],
  [115, "unknown_psk_identity"],
  [116, "certificate_required"],
  [120, "no_application_protocol"],
]);
