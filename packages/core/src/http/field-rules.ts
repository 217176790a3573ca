import { invocationFields } from "./invocation-fields.js";

/** Groups header fields to which the same rule applies. Names are in lower case. */
interface FieldRule {
  /** Justification of the rule. */
  readonly why: string;
  readonly names?: readonly string[];
  readonly prefixes?: readonly string[];
  readonly suffixes?: readonly string[];
}

/** Lists the fields that no proxy passes on, though they concern no connection. */
export const proxyAuthenticationRule: FieldRule = {
  why: "are only for a client and the next proxy (RFC 9110 sections 11.7.1 to 11.7.3)",
  names: ["proxy-authenticate", "proxy-authentication-info", "proxy-authorization"],
};

/** Lists the fields of a message that are not passed on, be it a request, a success or an error. */
export const hopByHopRules: readonly FieldRule[] = [
  {
    why: "belong to one connection (RFC 9110 section 7.6.1)",
    names: ["connection", "http2-settings", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  },
  proxyAuthenticationRule,
];

/**
 * Lists the representation fields, and others that are removed from every error response, whoever set them: they belong to the representation
 * that the error replaces.
 */
export const representationRules: readonly FieldRule[] = [
  {
    why: "describe the representation (RFC 9110 section 8, RFC 9530)",
    names: [
      "accept-ranges",
      "content-digest",
      "content-disposition",
      "content-dpr", // of an image
      "content-encoding",
      "content-language",
      "content-length",
      "content-location",
      "content-md5",
      "content-range",
      "content-type",
      "delta-base", // RFC 3229 section 10.5.1
      "digest",
      "etag",
      "im", // RFC 3229 section 10.5.2
      "last-modified",
      "memento-datetime", // RFC 7089 section 2.1.1
      "repr-digest",
      "trailer",
      "transfer-encoding",
    ],
  },
  {
    why: "sign the representation, or are checksums of it (RFC 9421 section 4, and object stores)",
    names: ["signature", "signature-input", "x-goog-hash", "x-ms-blob-content-md5", "x-ms-content-crc64"],
    prefixes: ["x-amz-checksum-"],
  },
  {
    why: "allow caches to store the response, or control how they do it (RFC 9111, RFC 9213, RFC 9842, RFC 9875)",
    names: [
      "age",
      "cache-control",
      "cache-group-invalidation",
      "cache-groups",
      "cache-tag",
      "edge-cache-tag",
      "edge-control",
      "expires",
      "no-vary-search",
      "pragma",
      "surrogate-control",
      "surrogate-key",
      "use-as-dictionary",
      "xkey",
    ],
    suffixes: ["-cache-control"], // RFC 9213 section 2.1
  },
  {
    why: "make a server in front send something else, or send the response in another way",
    names: [
      "fly-replay", // another machine answers the request
      "fly-replay-cache",
      "x-appengine-blobkey",
      "x-cascade", // "pass": Rack and Passenger ask the next application
    ],
    prefixes: [
      "x-accel-", // nginx: a file or another location, its charset, its rate, its storage
      "x-lighttpd-", // send-file, send-tempfile, and such as x-lighttpd-kbytes-per-second
      "x-litespeed-", // location, cache, tag, purge
      "x-reproxy-", // Perlbal, H2O, Apache: another URL or a file
      "x-sendfile", // Apache, lighttpd; x-sendfile2; x-sendfile-temporary deletes the file afterwards
    ],
  },
  {
    why: "make the client process the content, or load another page: the error would not be seen",
    names: [
      "refresh", // loads another address
      "service-worker-allowed", // of a script
      "sourcemap", // of a script or a style sheet
      "speculation-rules", // of a document
      "x-sourcemap",
    ],
  },
  { why: "describe a function's invocation, which the error reports in its own members", names: invocationFields },
];

/** Lists the fields that are removed from an upstream's error reply, but kept where this gateway has set them. */
export const upstreamRules: readonly FieldRule[] = [
  { why: "name the upstream's software", names: ["server", "x-powered-by"] },
  { why: "are set by this gateway", names: ["date", "retry-after", "x-request-id"] },
  {
    why: "are required by a status, and accepted only if they are valid (RFC 9110 sections 15.5.2 and 15.5.6)",
    names: ["allow", "www-authenticate"],
  },
  {
    why: "set a policy for the whole site, and clients store it: the site is the gateway's (RFC 6797, RFC 7469, RFC 7838, RFC 8942)",
    names: [
      "accept-ch",
      "accept-ch-lifetime",
      "alt-svc",
      "expect-ct",
      "nel",
      "origin-agent-cluster",
      "origin-trial",
      "public-key-pins",
      "public-key-pins-report-only",
      "report-to",
      "reporting-endpoints",
      "strict-transport-security",
    ],
  },
  {
    why: "change data that a client stores, although the request has failed",
    names: [
      "clear-site-data", // logs the user out
      "observe-browsing-topics",
      "set-login",
      "shared-storage-write",
    ],
    prefixes: ["attribution-reporting-"],
  },
  {
    why: "make the client repeat the request, or request something else",
    names: [
      "activate-storage-access",
      "critical-ch",
      "link", // preloads, and links the content that is replaced (RFC 8288 section 3.2)
      "turbo-location",
      "turbolinks-location",
      "x-inertia-location", // moves to another address on a 409
    ],
    prefixes: ["hx-"], // htmx obeys them on errors, too
  },
  {
    why: "make a load balancer in front treat this gateway as the upstream: Envoy ejects it",
    prefixes: ["x-envoy-"],
  },
];

/**
 * Lists the fields by which an upstream asks a client for credentials, gives it some, or removes them. The option `upstreamCredentials`
 * drops them.
 */
export const credentialRules: readonly FieldRule[] = [
  {
    why: "ask for credentials (RFC 9110 section 11.6.1), or go on with an authentication (section 11.6.3, RFC 9449 section 8)",
    names: ["authentication-info", "dpop-nonce", "proxy-authenticate", "proxy-authentication-info", "www-authenticate"],
  },
  {
    why: "give or take them (RFC 6265), or bind a session to the client's device",
    names: ["clear-site-data", "set-cookie", "set-cookie2", "set-login"],
    prefixes: ["secure-session-", "sec-session-"],
  },
];

/** Makes a function that tests whether one of the rules names a field. The name is in lower case. */
export function matcherOf(rules: readonly FieldRule[]): (name: string) => boolean {
  const names = new Set(rules.flatMap(({ names = [] }) => names));
  const prefixes = rules.flatMap(({ prefixes = [] }) => prefixes);
  const suffixes = rules.flatMap(({ suffixes = [] }) => suffixes);
  return (name) =>
    names.has(name) || prefixes.some((prefix) => name.startsWith(prefix)) || suffixes.some((suffix) => name.endsWith(suffix));
}
