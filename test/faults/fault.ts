import type { LookupFunction } from "node:net";
import { proxyErrors, type FaultType } from "../../packages/core/src/proxy-errors/proxy-errors.js";

/** One way in which an upstream can fail. */
export interface Fault {
  readonly name: string;
  /** RFC 9209 type. Undefined where a whole reply came, and at most its status is in the way. */
  readonly type: FaultType | undefined;
  /** What a gateway answers, unless it has begun to answer already. */
  readonly status: number;
  /** After: a sound head came first and most likely went on to the client, so that nothing but a broken transfer can follow. */
  readonly when: "before" | "after";
  readonly protocol: "http/1.1" | "h2";
  /** Without an end: somebody has to set a time limit, of about 200 ms. */
  readonly endless?: true;
  /** Noticed by those only who decode the content. */
  readonly decoding?: true;
  /** Not noticed by every client: a sound reply is no wonder. */
  readonly tolerated?: true;
  /** The status that did arrive, where that is what is wrong. */
  readonly received?: number;
  readonly start: () => Promise<Upstream>;
}

/** An upstream that does it. */
export interface Upstream {
  /** Without a path. */
  readonly url: string;
  /** How to get there: options for an `http.Agent` or `https.Agent`, for undici's `connect`, for `http2.connect()`. */
  readonly connect: Connect;
  /** Connections that are open now. */
  readonly connections: () => number;
  /** Also ends the connections that are still open. */
  readonly close: () => Promise<void>;
}

export interface Connect {
  /** Where name servers matter, or the name in the certificate. */
  readonly lookup?: LookupFunction;
  /** The certificate to trust. */
  readonly ca?: string;
  /** A unix socket instead of the URL's host and port. */
  readonly socketPath?: string;
}

type More = Partial<Pick<Fault, "endless" | "decoding" | "tolerated" | "received" | "status" | "protocol">>;
type Starts = Readonly<Record<string, Fault["start"]>>;

/** Faults of one type, by name. */
export function before(type: FaultType | undefined, starts: Starts, more?: More): readonly Fault[] {
  return all("before", type, starts, more);
}

export function after(type: FaultType | undefined, starts: Starts, more?: More): readonly Fault[] {
  return all("after", type, starts, more);
}

function all(when: Fault["when"], type: FaultType | undefined, starts: Starts, more?: More): readonly Fault[] {
  const status = type === undefined ? 502 : proxyErrors[type].status;
  return Object.entries(starts).map(([name, start]) => ({ name, type, status, when, protocol: "http/1.1", start, ...more }));
}
