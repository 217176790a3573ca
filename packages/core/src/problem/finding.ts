import type { ProxyErrorType } from "../proxy-errors/proxy-errors.js";

/**
 * Describes what a recogniser learnt. Every text in it is meant for the client: the recogniser has decided that it may leave.
 * @example
 * const finding: Finding = { status: 404, detail: "No such order" };
 * answer(respond, meant(finding), request, response);
 */
export interface Finding {
  /** HTTP status, before the contract folds it. */
  readonly status: number;
  /** URI of the kind of problem. */
  readonly type?: string | undefined;
  /** Title of that kind: it counts only with a `type`. */
  readonly title?: string | undefined;
  readonly detail?: string | undefined;
  readonly code?: string | undefined;
  readonly errors?: readonly FieldError[] | undefined;
  readonly headers?: Readonly<Record<string, unknown>> | undefined;
  /** Whether a service of this very contract wrote it: its texts are for the client, whatever the status. */
  readonly ownContract?: boolean | undefined;
  /** Language of such a service's texts, as its Content-Language names it. */
  readonly language?: string | undefined;
  /** Path, id and extension members of such a problem, which keeps them when it passes through this gateway. */
  readonly instance?: string | undefined;
  readonly requestId?: string | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
  readonly proxyError?: ProxyErrorType | undefined;
  /** Status that an upstream answered, where `status` is already what this gateway makes of it. */
  readonly receivedStatus?: number | undefined;
  /** Whether an upstream answered `status` and it is relayed, to be folded by the upstream's table. */
  readonly upstream?: boolean | undefined;
  /** Finding that applies instead where the gateway relays the status that the upstream answered. */
  readonly relayed?: Finding | undefined;
  /**
   * Whether code, type, title and errors are clean, as those of a catalogue and of validation errors are. What an error claims of itself
   * is never copied: see soundFinding().
   */
  readonly isChecked?: boolean | undefined;
  /** Whether a client caused it, so that no operator needs a report, though it is a 5xx. */
  readonly routine?: boolean | undefined;
}

/**
 * Describes one invalid field. Exactly one of the three places is given, or none when the whole content is meant. RFC 9457
 * section 3.1 defines `pointer` by its example; the other two name places that are not in the content.
 * @example
 * const error: FieldError = { pointer: "#/items/0/price", detail: "Must be a number." };
 * throw problem(400, "The order is not valid", { errors: [error] });
 */
export interface FieldError {
  /** JSON Pointer as a URI fragment, such as "#/items/0/price" (RFC 6901 section 6). */
  readonly pointer?: string;
  /** Name of a query, path or form parameter. */
  readonly parameter?: string;
  /** Name of a request header field. */
  readonly header?: string;
  /** Description of the error; never the value that was sent. */
  readonly detail: string;
}

/**
 * Names the peer that the failed work communicated with; "content" is the source of the response's own content, such as a file.
 * @example
 * const origin: Origin = "upstream";
 * const { status } = normalizeError(error, { origin });
 */
export type Origin = "inbound" | "upstream" | "datastore" | "content";
