/**
 * Describes one row of a fold table: the target of a status outside the contract, and what justifies it.
 * @example
 * const fold: Fold | undefined = functionGraph.folds[410];
 * fold?.to; // 404
 */
export interface Fold {
  readonly to: number;
  readonly why: string;
}

/**
 * Folds statuses of this gateway's own errors that FunctionGraph does not document. A status that is not listed becomes its
 * class's x00 (RFC 9110 section 15).
 */
export const folds: Readonly<Record<number, Fold>> = {
  402: {
    to: 403,
    why: "Payment Required: understood and refused until the client does something else (RFC 9110 section 15.5.3).",
  },
  410: { to: 404, why: "Gone: a 404 that is known to be permanent (RFC 9110 section 15.5.11)." },
  412: { to: 409, why: "Precondition Failed: the state is not what the client assumed (RFC 9110 section 15.5.13)." },
  419: { to: 401, why: "Session expired (Laravel; unregistered): the client has to authenticate again." },
  423: { to: 409, why: "Locked: the resource's state forbids the change (RFC 4918 section 11.3)." },
  429: {
    to: 503,
    why: "Too Many Requests: temporary, and Retry-After keeps its meaning there (RFC 6585 section 4, RFC 9110 section 15.6.4).",
  },
  440: { to: 401, why: "Login Time-out (IIS; unregistered): the client has to authenticate again." },
  451: { to: 403, why: "Unavailable For Legal Reasons: a refusal (RFC 7725 section 3)." },
  498: { to: 401, why: "Invalid Token (ArcGIS; unregistered): the credentials are not valid." },
  499: { to: 408, why: "Client Closed Request (nginx; unregistered): the request did not come to its end." },
  505: { to: 501, why: "HTTP Version Not Supported: a protocol feature the server lacks (RFC 9110 section 15.6.6)." },
  507: { to: 503, why: "Insufficient Storage: a temporary condition by its definition (RFC 4918 section 11.5)." },
  509: { to: 503, why: "Bandwidth Limit Exceeded (Apache; unregistered): temporary overload." },
  510: { to: 501, why: "Not Extended: a feature the server lacks (RFC 2774 section 7)." },
  529: { to: 503, why: "Site is overloaded (unregistered): temporary overload." },
};

const badGateway = (why: string): Fold => ({ to: 502, why });
const gatewayTimeout = (why: string): Fold => ({ to: 504, why });

/** Folds statuses that mean something else when an upstream sent them: they concern the hop between it and this gateway. */
export const upstreamFolds: Readonly<Record<number, Fold>> = {
  407: badGateway("The upstream's proxy authentication is not the client's (RFC 9110 section 11.7.1: next hop only)."),
  421: badGateway("Misdirected Request: this gateway chose the connection (RFC 9110 section 15.5.20)."),
  425: badGateway("Too Early: this gateway sent the early data (RFC 8470 section 5.2)."),
  426: badGateway("Upgrade Required: the protocol of the hop is this gateway's choice (RFC 9110 section 15.5.22)."),
  505: badGateway("HTTP Version Not Supported: the version of the hop is this gateway's choice (RFC 9110 section 15.6.6)."),
  511: badGateway("Network Authentication Required: a captive portal in between, never the origin (RFC 6585 section 6)."),
  520: badGateway("Cloudflare: the origin's answer was not understood."),
  521: badGateway("Cloudflare: the origin refused the connection."),
  522: gatewayTimeout("Cloudflare: connecting to the origin timed out."),
  523: badGateway("Cloudflare: the origin is unreachable."),
  524: gatewayTimeout("Cloudflare: the origin did not answer in time."),
  525: badGateway("Cloudflare: the TLS handshake with the origin failed."),
  526: badGateway("Cloudflare: the origin's certificate is not valid."),
  527: badGateway("Cloudflare: the connection to the origin broke."),
  530: badGateway("Cloudflare: the origin's name does not resolve."),
  598: gatewayTimeout("Network read timeout (informal convention of some proxies)."),
  599: gatewayTimeout("Network connect timeout (informal convention of some proxies)."),
};
