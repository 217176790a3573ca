import { isContract, type Contract } from "../contract/contract.js";
import { isFieldName } from "../http/is-field.js";
import type { Problem, ProblemChange } from "../problem/problem.js";
import { rejectFormerNames } from "../util/former-names.js";
import { maxErrorBodyLimit } from "../util/limits.js";
import type { Renderer } from "./render.js";
import type { ProblemContext } from "./report.js";
import type { Facts } from "./request-facts.js";
import type { FormatText, Texts } from "./texts.js";

/**
 * Lists the options of a responder. All are optional, and read once.
 * @example
 * const options: ResponderOptions = { service: "SHOP", onError: (problem, { requestId }) => logger.error({ requestId, problem }) };
 * const respond = createResponder(options);
 */
export interface ResponderOptions<Request = unknown, Response = unknown, Context = unknown> {
  /** The statuses that may leave. Default `functionGraph`. */
  readonly contract?: Contract;
  /** Format of the body: RFC 9457's, FunctionGraph's own, or a renderer. Default "problem". */
  readonly format?: "problem" | "functiongraph" | Renderer;
  /** Prefix of the generic error codes, `<service>.0<status>`: an upper-case letter, then such letters and digits. Default: the contract's, else "FSS". */
  readonly service?: string;
  /** WWW-Authenticate of a 401 and Proxy-Authenticate of a 407 that have none (RFC 9110 section 11.6.1). Default "Bearer". */
  readonly challenge?: string;
  /**
   * Texts in clients' languages: by language tag, then by status, code or reason; a row is a detail, or `{ title, detail }`. Operators get the
   * texts as they are. Default none (docs/languages.md).
   */
  readonly texts?: Texts;
  /** Language of an answer to a client that accepts none of `texts`: one of them, or "en" for the texts as they are. Default "en". */
  readonly defaultLanguage?: string;
  /** Formats those of `texts` that have a brace, such as all of ICU MessageFormat. Default: `{name}` becomes the problem's member. */
  readonly formatText?: FormatText;
  /** Statuses, 400 to 599, of an HTTP client's unhandled error that are passed on instead of becoming 502 or 503. Default none. */
  readonly relayStatuses?: readonly number[] | ReadonlySet<number>;
  /** Octets of an upstream's error body that are read, before and after decoding; 0 to 16 MiB. Default 65536. */
  readonly errorBodyLimit?: number;
  /** Treatment of an upstream's 2xx: passed on as it came, or folded to 200 and 204 (206 stays). Default "relay". */
  readonly success?: "relay" | "fold";
  /**
   * Whether fields are passed on by which an upstream asks this gateway's clients for credentials, or sets them
   * (WWW-Authenticate, Set-Cookie and the like). "drop" removes them from its errors and successes, for an upstream that is not
   * trusted. Default "relay".
   */
  readonly upstreamCredentials?: "relay" | "drop";
  /**
   * Error replies of an upstream whose body is passed on as it came, under the contract's status and header fields: paths of requests,
   * such as "/oauth/token" or "/scim/*", and media types of replies, such as "application/scim+json". `fgProxy()`, `fgResponses()` and
   * `relay()` read it. Default none.
   */
  readonly leaveBody?: readonly string[];
  /** Whether replies of FunctionGraph are inspected for functions that failed behind a 200. Default false. */
  readonly hiddenFailures?: boolean;
  /** This gateway's name in Proxy-Status and, from fgProxy(), in Via: 1 to 255 printable ASCII characters. Default: neither is sent. */
  readonly proxyName?: string;
  /** Whether Proxy-Status contains the next hop's address and the error's code as well. Default false, since they reveal internals. */
  readonly proxyDetails?: boolean;
  /**
   * Methods besides RFC 9110's and PATCH that middleware of the application takes at some path, such as those of WebDAV: at other paths
   * they are a 404 or 405 instead of a 501. Default none: routes are found without it.
   */
  readonly methods?: readonly string[];
  /** Gives the request id; one that is not 1 to 128 of A-Za-z0-9._- is ignored. Default: the request's own, else a new one. */
  readonly requestId?: (facts: Facts) => string | undefined;
  /** Changes what the client gets: returns members to replace, or undefined for none. The status is folded again. */
  map?(problem: Problem, context: ProblemContext<Request, Response, Context>): ProblemChange | undefined | void;
  /** Receives every problem, before the response is written. Without it a 5xx goes to stderr, unless it is `routine`. */
  onError?(problem: Problem, context: ProblemContext<Request, Response, Context>): unknown;
}

/** Describes the values that an option accepts. */
export interface OptionCheck {
  readonly takes: string;
  readonly valid: (value: unknown) => boolean;
}

const isBoolean = (value: unknown) => typeof value === "boolean";
const isPlainObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const isFunction = (value: unknown) => typeof value === "function";

const optionChecks: Readonly<Record<keyof ResponderOptions, OptionCheck>> = {
  contract: { takes: "functionGraph, rfc9110 or what extendContract returns", valid: isContract },
  format: {
    takes: '"problem", "functiongraph" or a renderer function',
    valid: (value) => value === "problem" || value === "functiongraph" || isFunction(value),
  },
  service: {
    takes: 'an upper-case letter, then such letters and digits, such as "FSS"',
    valid: (value) => typeof value === "string" && /^[A-Z][A-Z0-9]{0,31}$/.test(value),
  },
  challenge: {
    takes: 'a challenge as in WWW-Authenticate, such as "Bearer"',
    valid: (value) => typeof value === "string" && /^[\w!#$%&'*+.^`|~-]+( [\t\x20-\x7e]+)?$/.test(value),
  },
  texts: { takes: 'an object of texts by language tag, such as { "zh-CN": { 404: "…" } }', valid: isPlainObject },
  defaultLanguage: { takes: 'a language of "texts", or "en"', valid: (value) => typeof value === "string" },
  formatText: { takes: "a function", valid: isFunction },
  relayStatuses: { takes: "an array or set of statuses from 400 to 599", valid: areStatuses },
  errorBodyLimit: {
    takes: `octets, an integer from 0 to ${maxErrorBodyLimit}`,
    valid: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= maxErrorBodyLimit,
  },
  success: { takes: '"relay" or "fold"', valid: (value) => value === "relay" || value === "fold" },
  upstreamCredentials: { takes: '"relay" or "drop"', valid: (value) => value === "relay" || value === "drop" },
  leaveBody: { takes: 'an array of paths and media types, such as ["/oauth/*", "application/scim+json"]', valid: areBodies },
  hiddenFailures: { takes: "a boolean", valid: isBoolean },
  proxyName: {
    takes: 'a name of printable ASCII characters, such as "edge-1"',
    valid: (value) => typeof value === "string" && /^[\x20-\x7e]{1,255}$/.test(value),
  },
  proxyDetails: { takes: "a boolean", valid: isBoolean },
  methods: { takes: 'an array of methods, such as ["PROPFIND"]', valid: areMethods },
  requestId: { takes: "a function", valid: isFunction },
  map: { takes: "a function", valid: isFunction },
  onError: { takes: "a function", valid: isFunction },
};

/**
 * Checks options.
 * @param caller named in the error
 * @param more checks of the caller's own options
 * @throws TypeError with the first option that is unknown or wrong, and what it accepts
 */
export function checkOptions(options: unknown, caller: string, more: Readonly<Record<string, OptionCheck>> = {}): void {
  const all: Readonly<Record<string, OptionCheck>> = { ...optionChecks, ...more };
  if (typeof options !== "object" || options === null || Array.isArray(options))
    throw new TypeError(`${caller}: options must be an object`);
  if (isRequest(options)) throw new TypeError(`${caller} is mounted without being called: write app.use(${caller}())`);
  rejectFormerNames(options, caller);
  for (const [name, value] of Object.entries(options)) {
    const { [name]: check } = all;
    if (!check || !Object.hasOwn(all, name))
      throw new TypeError(`${caller}: there is no option "${name}"; the options are ${Object.keys(all).join(", ")}`);
    const { takes, valid } = check;
    if (value !== undefined && !valid(value)) throw new TypeError(`${caller}: option "${name}" takes ${takes}`);
  }
}

/** Whether a framework has called us with a request, or with Koa's context, instead of an application with options. */
function isRequest(value: object): boolean {
  return "headers" in value && ("socket" in value || "app" in value);
}

function areBodies(value: unknown): boolean {
  const isEntry = (entry: unknown) =>
    typeof entry === "string" && /^(?:\/[^?#*\s]*|(?:\/[^?#*\s]*)?\/\*|[\w!#$&^.+-]+\/[\w!#$&^.+-]+)$/.test(entry);
  return Array.isArray(value) && value.every(isEntry);
}

function areMethods(value: unknown): boolean {
  return Array.isArray(value) && value.every((method) => isFieldName(method)); // both are tokens (RFC 9110 section 5.6.2)
}

function areStatuses(value: unknown): boolean {
  if (!Array.isArray(value) && !(value instanceof Set)) return false;
  return [...(value as Iterable<unknown>)].every(
    (status) => Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599,
  );
}
