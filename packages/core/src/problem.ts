import type { ProxyErrorType } from "./upstream/proxy-errors.js";

/**
 * One invalid field. Exactly one of the three places is given, or none when the whole content is meant.
 * RFC 9457 section 3.1 defines `pointer` by its example; the other two name places that are not in the content.
 */
export interface FieldError {
  /** JSON Pointer as a URI fragment, such as "#/items/0/price" (RFC 6901 section 6). */
  readonly pointer?: string;
  /** Name of a query, path or form parameter. */
  readonly parameter?: string;
  /** Name of a request header field. */
  readonly header?: string;
  /** What is wrong with it; never the value that was sent. */
  readonly detail: string;
}

/** Who was being talked to when the error arose. */
export type Origin = "inbound" | "upstream" | "datastore";

/** The one value that every failure becomes: readonly plain data, all of it but `cause` fit for the client. */
export interface Problem {
  /** URI of the kind of problem (RFC 9457 section 3.1.1). */
  readonly type: string;
  /** A status of the contract. */
  readonly status: number;
  /** The contract's message for the status. */
  readonly title: string;
  /** What the thrower meant the client to read, else the contract's description. */
  readonly detail: string;
  /** Sent as `error_code`: the thrower's own, else `<service>.0<status>`. */
  readonly code: string;
  readonly errors?: readonly FieldError[];
  /** Further members of the body. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** Header fields to send along, such as Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The status before folding, where it was another one. */
  readonly receivedStatus: number | undefined;
  /** RFC 9209 section 2.3 type of an upstream fault. */
  readonly proxyError: ProxyErrorType | undefined;
  /** What was thrown, for logs. Never rendered. */
  readonly cause: unknown;
}
