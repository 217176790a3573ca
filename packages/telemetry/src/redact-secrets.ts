type Replacement = string | ((found: string) => string);

/** Lists what looks like a secret in a text, with what takes its place. Each expression takes time in proportion to the text. */
const secrets: readonly (readonly [pattern: RegExp, replacement: Replacement])[] = [
  // user and password of a URL (RFC 3986 section 3.2.1), of a database too
  [/:\/\/[^\s/?#]*@/g, "://[redacted]@"],
  // the query of a URL, which may have keys and personal data
  [/\bhttps?:\/\/[^\s"'<>`]+/gi, (url) => url.replace(/\?.*/, "?[redacted]")],
  // the value of an Authorization field, and credentials of the two schemes that are found elsewhere
  [/(authorization["']?\s?[=:]\s?["']?)[^"'\r\n]+/gi, "$1[redacted]"],
  [/\b(bearer)\s(?!(?:auth|authentication|authorization|challenge|error|realm|scheme|token)\b)[\w.~+/=-]+/gi, "$1 [redacted]"],
  [/\b([Bb]asic)\s(?![A-Z]?[a-z]+(?![\w.~+/=-]))[\w.~+/=-]+/g, "$1 [redacted]"],
  // values that are named as secrets
  [/(passw(?:or)?d|secret|api[_-]?key)(["']?\s?[=:]\s?["']?)[^\s"',;&]+/gi, "$1$2[redacted]"],
  // the same for tokens, unless the word is a parser's: "Unexpected token: }"
  [/(token)(=|["']\s?:\s?["'])[^\s"',;&]+/gi, "$1$2[redacted]"],
];

/**
 * Redacts what looks like a secret in an error's message or stack. Other members of errors are not read for logs, so only texts remain.
 * @example redactSecrets("connect postgres://shop:pw@db/orders") // "connect postgres://[redacted]@db/orders"
 */
export function redactSecrets(text: string): string {
  return secrets.reduce((rest, [pattern, replacement]) => rest.replace(pattern, replacement as string), text);
}
