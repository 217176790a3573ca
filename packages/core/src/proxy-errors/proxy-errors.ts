interface ProxyError {
  /** Recommended by the RFC; undefined where it depends on the error. */
  readonly status: number | undefined;
  /** Whether only an intermediary can report it. The next hop may have reported any other type, too. */
  readonly onlyByIntermediary: boolean;
  /** Parameters that belong to this type alone, and their structured field types. */
  readonly parameters: Readonly<Record<string, "integer" | "string" | "token">>;
}

const typeRow = <Status extends number | undefined>(
  status: Status,
  onlyByIntermediary: boolean,
  parameters: ProxyError["parameters"] = {},
) => ({ status, onlyByIntermediary, parameters });

/**
 * Lists RFC 9209's types of errors between an intermediary and the next hop (section 2.3).
 * @example proxyErrors.connection_refused.status // 502
 */
export const proxyErrors = {
  dns_timeout: typeRow(504, true),
  dns_error: typeRow(502, true, { rcode: "string", "info-code": "integer" }),
  destination_not_found: typeRow(500, true),
  destination_unavailable: typeRow(503, true),
  destination_ip_prohibited: typeRow(502, true),
  destination_ip_unroutable: typeRow(502, true),
  connection_refused: typeRow(502, true),
  connection_terminated: typeRow(502, false),
  connection_timeout: typeRow(504, true),
  connection_read_timeout: typeRow(504, false),
  connection_write_timeout: typeRow(504, false),
  connection_limit_reached: typeRow(503, true),
  tls_protocol_error: typeRow(502, false),
  tls_certificate_error: typeRow(502, true),
  tls_alert_received: typeRow(502, false, { "alert-id": "integer", "alert-message": "string" }),
  http_request_error: typeRow(undefined, true, { "status-code": "integer", "status-phrase": "string" }), // the 4xx that is sent
  http_request_denied: typeRow(403, true),
  http_response_incomplete: typeRow(502, false),
  http_response_header_section_size: typeRow(502, false, { "header-section-size": "integer" }),
  http_response_header_size: typeRow(502, false, { "header-name": "string", "header-size": "integer" }),
  http_response_body_size: typeRow(502, false, { "body-size": "integer" }),
  http_response_trailer_section_size: typeRow(502, false, { "trailer-section-size": "integer" }),
  http_response_trailer_size: typeRow(502, false, { "trailer-name": "string", "trailer-size": "integer" }),
  http_response_transfer_coding: typeRow(502, false, { coding: "token" }),
  http_response_content_coding: typeRow(502, false, { coding: "token" }),
  http_response_timeout: typeRow(504, false),
  http_upgrade_failed: typeRow(502, true),
  http_protocol_error: typeRow(502, false),
  proxy_internal_response: typeRow(undefined, true), // whatever fits
  proxy_internal_error: typeRow(500, true),
  proxy_configuration_error: typeRow(500, true),
  proxy_loop_detected: typeRow(502, true),
} satisfies Readonly<Record<string, ProxyError>>;

/**
 * Names the types of RFC 9209 section 2.3.
 * @example
 * const statusOf = (type: ProxyErrorType) => proxyErrors[type].status;
 * statusOf("connection_timeout"); // 504
 */
export type ProxyErrorType = keyof typeof proxyErrors;

/**
 * Names the types that have a status of their own; those that a gateway detects about an upstream are among them.
 * @example
 * const type: FaultType | undefined = classifyFault(error);
 * if (type) console.log(proxyErrors[type].status); // 502, for "connection_refused"
 */
export type FaultType = {
  [Type in ProxyErrorType]: (typeof proxyErrors)[Type]["status"] extends number ? Type : never;
}[ProxyErrorType];
