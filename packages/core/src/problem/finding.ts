import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";

/** What a recogniser learnt. Every text in it is meant for the client: whoever fills it in has decided that it may leave. */
export interface Finding {
  /** The HTTP status meant, before the contract folds it. */
  readonly status: number;
  /** URI of the kind of problem. */
  readonly type?: string | undefined;
  /** Of that kind: believed only along with a `type`. */
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Said by a service of this very contract: its words were written for the client, whatever the status. */
  readonly ours?: boolean | undefined;
  /** Of such a problem, which keeps them on its way. */
  readonly instance?: string | undefined;
  readonly requestId?: string | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly proxyError?: ProxyErrorType | undefined;
  /** The status an upstream answered, when `status` is already what this gateway makes of it. */
  readonly receivedStatus?: number | undefined;
  /** Whether `status` was answered by an upstream and is relayed, to be folded by that table. */
  readonly upstream?: boolean | undefined;
  /** What it means instead where the gateway relays the status that the upstream answered. */
  readonly relayed?: Finding | undefined;
  /** A client's doing that no operator has to hear of, though it is a 5xx. */
  readonly routine?: boolean | undefined;
}

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
