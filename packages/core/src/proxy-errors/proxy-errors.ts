interface ProxyError {
  /** Recommended by the RFC; undefined where it depends on what went wrong. */
  readonly status: number | undefined;
  /** Whether only an intermediary can have said it. Any other may have been said by the next hop too. */
  readonly onlyByIntermediary: boolean;
  /** Parameters that belong to this type alone, and their structured field types. */
  readonly parameters: Readonly<Record<string, "integer" | "string" | "token">>;
}

const row = <Status extends number | undefined>(
  status: Status,
  onlyByIntermediary: boolean,
  parameters: ProxyError["parameters"] = {},
) => ({ status, onlyByIntermediary, parameters });

/**
 * RFC 9209 section 2.3: what can go wrong between an intermediary and the next hop.
 * @example proxyErrors.connection_refused.status // 502
 */
export const proxyErrors = {
  dns_timeout: row(504, true),
  dns_error: row(502, true, { rcode: "string", "info-code": "integer" }),
  destination_not_found: row(500, true),
  destination_unavailable: row(503, true),
  destination_ip_prohibited: row(502, true),
  destination_ip_unroutable: row(502, true),
  connection_refused: row(502, true),
  connection_terminated: row(502, false),
  connection_timeout: row(504, true),
  connection_read_timeout: row(504, false),
  connection_write_timeout: row(504, false),
  connection_limit_reached: row(503, true),
  tls_protocol_error: row(502, false),
  tls_certificate_error: row(502, true),
  tls_alert_received: row(502, false, { "alert-id": "integer", "alert-message": "string" }),
  http_request_error: row(undefined, true, { "status-code": "integer", "status-phrase": "string" }), // the 4xx that is sent
  http_request_denied: row(403, true),
  http_response_incomplete: row(502, false),
  http_response_header_section_size: row(502, false, { "header-section-size": "integer" }),
  http_response_header_size: row(502, false, { "header-name": "string", "header-size": "integer" }),
  http_response_body_size: row(502, false, { "body-size": "integer" }),
  http_response_trailer_section_size: row(502, false, { "trailer-section-size": "integer" }),
  http_response_trailer_size: row(502, false, { "trailer-name": "string", "trailer-size": "integer" }),
  http_response_transfer_coding: row(502, false, { coding: "token" }),
  http_response_content_coding: row(502, false, { coding: "token" }),
  http_response_timeout: row(504, false),
  http_upgrade_failed: row(502, true),
  http_protocol_error: row(502, false),
  proxy_internal_response: row(undefined, true), // whatever fits
  proxy_internal_error: row(500, true),
  proxy_configuration_error: row(500, true),
  proxy_loop_detected: row(502, true),
} satisfies Readonly<Record<string, ProxyError>>;

/** A type of RFC 9209 section 2.3. */
export type ProxyErrorType = keyof typeof proxyErrors;

/** The types that have a status of their own: those that a gateway finds out about an upstream are among them. */
export type FaultType = {
  [Type in ProxyErrorType]: (typeof proxyErrors)[Type]["status"] extends number ? Type : never;
}[ProxyErrorType];
