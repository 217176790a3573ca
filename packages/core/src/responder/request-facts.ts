import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { pathIn } from "../http/path-in.js";
import type { Origin } from "../problem/finding.js";

/** What a responder looks at of a request. A node:http or node:http2 request fits as it is. */
export interface Facts {
  readonly headers: IncomingHttpHeaders;
  readonly method?: string | undefined;
  /** As the client sent it: adapters give the original one, before any mounting. */
  readonly url?: string | undefined;
  /** The client went away before its answer. */
  readonly aborted?: boolean | undefined;
  /** The request's content has fully arrived. Default true. */
  readonly complete?: boolean | undefined;
  /** Where the failure came from, when the adapter knows. */
  readonly origin?: Origin | undefined;
  /** Header fields already set for the response, names in lower case: a request id among them is kept, as is a challenge. */
  readonly responseHeaders?: Readonly<OutgoingHttpHeaders> | undefined;
  /** The methods that the request's path is routed for; asked for a 405 that says nothing of them. */
  readonly allow?: (() => Iterable<string>) | undefined;
}

/** The request's path as a URI reference, without its query, which may hold secrets, and without an authority; "/" for what is no path. */
export function instanceOf(url: string | undefined): string {
  return pathIn(url ?? "") ?? "/";
}
