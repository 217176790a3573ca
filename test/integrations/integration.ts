import { Agent as HttpAgent, type IncomingMessage, type ServerResponse } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { ResponderOptions } from "@fg-errors/core";
import type { RequestHandler } from "express";
import type { Middleware } from "koa";
import { Agent } from "undici";
import type { Fault, Upstream } from "../faults/index.js";

export type Family = "express" | "koa";

/** Takes every request to the upstream, on Node's own objects. What it throws is the framework's to handle. */
export type Act = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What is mounted between the gateway's CORS and its fgErrors(). */
export type Mount =
  | { readonly act: Act }
  | { readonly express: readonly RequestHandler[] }
  | { readonly koa: readonly Middleware[] };

/**
 * - a status or a type other than the fault's
 * - relayed: a success like any other
 * - unreported: the library reports nothing, and the client waits for ever
 */
export type Outcome = Partial<Pick<Fault, "status" | "type">> | "relayed" | "unreported";

export type Exceptions = readonly (readonly [faults: RegExp, outcome: Outcome, hosts?: RegExp])[];

/** One way from a gateway to its upstream: a real library, with the integration of ours that belongs to it. */
export interface Integration {
  readonly name: string;
  readonly families: readonly Family[];
  /** Knows HTTP/2 towards the upstream. */
  readonly h2?: true;
  /** Decodes the upstream's content, and so notices what is wrong with it. */
  readonly decodes?: true;
  /** Copies a reply's head to the response before it knows that no content follows, and then answers by itself. */
  readonly forgetsHead?: true;
  /** Cannot serve a client of HTTP/2: hands its pseudo-header fields on. */
  readonly http1Only?: true;
  /** Takes the whole content, the client's or the upstream's, before it hands any of it on. */
  readonly buffers?: true;
  /** Where the library answers by itself, or does not say what happened. The first row that fits counts. */
  readonly exceptions?: Exceptions;
  readonly create: (way: Way, family: Family) => Mount | Promise<Mount>;
}

/** Where an integration leads. */
export interface Way {
  readonly upstream: Upstream;
  /** Milliseconds that anything may take. */
  readonly limit: number;
  readonly options: ResponderOptions;
  /** Called when the gateway goes. */
  readonly onClose: (close: () => unknown) => void;
}

export const both: readonly Family[] = ["express", "koa"];

export function agentOf({ upstream: { url, connect }, limit, onClose }: Way): HttpAgent | HttpsAgent {
  const agent = url.startsWith("https:")
    ? new HttpsAgent({ ...connect, timeout: limit })
    : new HttpAgent({ ...connect, timeout: limit });
  onClose(() => agent.destroy());
  return agent;
}

export function dispatcherOf({ upstream: { url, connect }, limit, onClose }: Way): Agent {
  const agent = new Agent({
    connect: { ...connect, timeout: limit },
    headersTimeout: limit,
    bodyTimeout: limit,
    allowH2: url.startsWith("https:"),
  });
  onClose(() => agent.destroy());
  return agent;
}

/** Of undici, whoever uses it. */
export const undici: Exceptions = [
  [/^TLS 1\.3/, { type: "connection_terminated" }], // the alert comes after the handshake, and undici reads nothing before it has written
  [/^(only 100|100 and)/, { status: 502, type: "http_protocol_error" }], // though a 1xx may come unasked (RFC 9110 section 15.2)
  [/^h2: CANCEL in the content/, "relayed"], // Node takes it for the end
];
