import type { FieldError, Origin } from "../problem.js";
import { proxyErrors, type FaultType, type ProxyErrorType } from "../upstream/faults/proxy-errors.js";

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

/** What is known besides the thrown value. */
export interface Context {
  /** Its own `name`, or where that is just "Error", its class's. */
  readonly name: string;
  /** Its `code`, if that is a text; else "". */
  readonly code: string;
  readonly origin: Origin | undefined;
  /** The client went away before its answer. */
  readonly clientGone: boolean;
  /** The request came with a Content-Encoding, so a decoding error may well be the client's. */
  readonly encodedRequest: boolean;
  /** The request's content has not fully arrived yet. */
  readonly unreadRequest: boolean;
  /** Statuses of an HTTP client's error that are passed on instead of becoming 502 or 503. */
  readonly relay: ReadonlySet<number>;
  /** What a value wrapped by the thrown one means. Bounded. */
  readonly recognise: (value: unknown) => Finding | undefined;
  /** What a value means if it is an HTTP client's error: to be asked of whatever members were copied from. */
  readonly client: (value: unknown) => Finding | undefined;
  /** What is known of the thrown value as an error that nobody addressed to a client, such as a datastore's. */
  readonly happened: () => Finding | undefined;
}

/** A fact, or a function for a value that has to be looked at; undefined passes it on to the next rule. */
export type Rule = Finding | ((error: object, context: Context) => Finding | undefined);

/** A family of errors, looked up by what they carry, in this order. */
export interface Family {
  /** By a member that only this kind has, whatever its value unless it is undefined; such as `isBoom`. */
  readonly marks?: Readonly<Record<string, Rule>>;
  /** By `name`, or where that is just "Error", by the class's name. */
  readonly names?: Readonly<Record<string, Rule>>;
  /** By a string `code`. */
  readonly codes?: Readonly<Record<string, Rule>>;
}

/** The finding for a fault of an upstream: the type decides the status. */
export function fault(proxyError: FaultType): Finding {
  return { status: proxyErrors[proxyError].status, proxyError };
}

/** One rule for many names or codes. */
export function each<R extends Rule>(keys: readonly string[], rule: R): Readonly<Record<string, R>> {
  return Object.fromEntries(keys.map((key) => [key, rule]));
}
