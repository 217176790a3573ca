import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { pathIn } from "../http/path-in.js";
import type { Origin } from "../problem/finding.js";

/**
 * Describes what a responder reads of a request. A node:http or node:http2 request fits as it is.
 * @example
 * const facts: Facts = { headers: { "x-request-id": "a1b2c3" }, method: "GET", url: "/orders/17" };
 * const { status, body } = createResponder()(error, facts);
 */
export interface Facts {
  readonly headers: IncomingHttpHeaders;
  readonly method?: string | undefined;
  /** The request target as the client sent it: adapters give the original one, before any mounting. */
  readonly url?: string | undefined;
  /** Whether the client went away before its answer. Then any failure is a 499, which no operator needs a report of. */
  readonly aborted?: boolean | undefined;
  /** Whether the request's content has fully arrived. Default true. */
  readonly complete?: boolean | undefined;
  /** Id that the request was given before. Default: its own, else a new one. */
  readonly requestId?: string | undefined;
  /** New id that was sent to an upstream: the one that the upstream's error has instead counts more. */
  readonly draftRequestId?: string | undefined;
  /** Peer that the failed work communicated with, when the adapter knows it. */
  readonly origin?: Origin | undefined;
  /** Header fields already set for the response, names in lower case: a request id among them is kept, and so is a challenge. */
  readonly responseHeaders?: Readonly<OutgoingHttpHeaders> | undefined;
  /**
   * Status that the application had set on the response before it failed. One from 400 to 599 counts where nothing is known of the
   * thrown value. Default none.
   */
  readonly responseStatus?: number | undefined;
  /** The request, the response and the context as the framework gave them, for the operator's hooks: see ProblemContext. */
  readonly request?: unknown;
  readonly response?: unknown;
  readonly ctx?: unknown;
  /** Gives the methods that the request's path is routed for; called for a 405 without a list. */
  readonly allow?: (() => Iterable<string>) | undefined;
}

/** Names what a framework gives for a request. */
type FrameworkObjects = Pick<Facts, "request" | "response" | "ctx">;

/**
 * Makes the facts of a request. What a framework gave for it stays readable without being listed: it contains credentials, and refers to itself,
 * so no log may list it. Getters of a class are not listed, and cost nothing until they are read. Properties that are defined as not
 * enumerable cost more than all else that an answer needs.
 */
export class RequestFacts implements Facts {
  readonly #given: FrameworkObjects;
  readonly headers: Facts["headers"];
  readonly method: Facts["method"];
  readonly url: Facts["url"];
  readonly aborted: Facts["aborted"];
  readonly complete: Facts["complete"];
  readonly requestId: Facts["requestId"];
  readonly draftRequestId: Facts["draftRequestId"];
  readonly origin: Facts["origin"];
  readonly responseHeaders: Facts["responseHeaders"];
  readonly responseStatus: Facts["responseStatus"];
  readonly allow: Facts["allow"];

  constructor(facts: Omit<Facts, keyof FrameworkObjects>, given: FrameworkObjects) {
    this.#given = given;
    this.headers = facts.headers;
    this.method = facts.method;
    this.url = facts.url;
    this.aborted = facts.aborted;
    this.complete = facts.complete;
    this.requestId = facts.requestId;
    this.draftRequestId = facts.draftRequestId;
    this.origin = facts.origin;
    this.responseHeaders = facts.responseHeaders;
    this.responseStatus = facts.responseStatus;
    this.allow = facts.allow;
  }

  get request(): unknown {
    return #given in this ? this.#given.request : undefined; // a Proxy around it has none
  }

  get response(): unknown {
    return #given in this ? this.#given.response : undefined;
  }

  get ctx(): unknown {
    return #given in this ? this.#given.ctx : undefined;
  }
}

/**
 * Gives the request's path as a URI reference, without its query, which may contain secrets, and without an authority; "/" for a target
 * that is no path.
 */
export function instanceOf(url: string | undefined): string {
  return pathIn(url ?? "") ?? "/";
}
