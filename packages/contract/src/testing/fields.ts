/** Matches a challenge (RFC 9110 section 11.6.1). */
const challenge = /^[\w!#$%&'*+.^`|~-]+(?:[ ,].*)?$/;

/** Matches a list of methods, which may be empty. */
const methods = /^[\w!#$%&'*+.^`|~, \t-]*$/;

/** Describes a field that belongs to a status. */
interface StatusField {
  readonly name: string;
  readonly form: RegExp;
  readonly source: string;
  /** Whether the status may come without it. Default false. */
  readonly isOptional?: true;
}

/** Lists the field that belongs to a status. */
export const statusFields: ReadonlyMap<number, StatusField> = new Map([
  [401, { name: "www-authenticate", form: challenge, source: "RFC 9110 section 15.5.2" }],
  [405, { name: "allow", form: methods, source: "RFC 9110 section 15.5.6" }],
  [407, { name: "proxy-authenticate", form: challenge, source: "RFC 9110 section 15.5.8" }],
  [416, { name: "content-range", form: /^bytes \*\/\d+$/, source: "RFC 9110 section 15.5.17", isOptional: true }],
  [426, { name: "upgrade", form: /^[\w!#$%&'*+.^`|~/, \t-]+$/, source: "RFC 9110 section 15.5.22" }],
]);

/**
 * Lists the fields that no error response has: those that describe the content that it replaced, those that allow its storage, and
 * those that make a server in front or a client do something else than show the error.
 */
export const forbiddenFields: ReadonlySet<string> = new Set(
  `accept-ranges age content-digest content-disposition content-encoding content-language content-location content-md5 content-range digest
  edge-control etag expires fly-replay last-modified pragma refresh repr-digest signature signature-input sourcemap surrogate-control trailer transfer-encoding
  x-accel-expires x-accel-limit-rate x-accel-redirect x-cascade x-cff-function-log x-lighttpd-send-file x-litespeed-location x-log-result
  x-reproxy-url x-sendfile x-sendfile2 x-sourcemap`.split(/\s+/),
);
