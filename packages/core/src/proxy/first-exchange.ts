import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import { read, readText } from "../util/safe-read.js";

/**
 * Gives header fields that show when they are read for the first time. Each library reads the option `headers` as it sends a request. An
 * application that spreads a configuration, and sets other handlers behind it, leaves us nothing else that all of them read.
 * @param headers the application's own
 * @param begin called when a library sends the first request
 */
export function watchHeaders(headers: object | undefined, begin: () => void): object {
  const traps: ProxyHandler<object> = {
    ownKeys(fields) {
      delete traps.ownKeys;
      begin();
      return Reflect.ownKeys(fields);
    },
  };
  return new Proxy(headers ?? {}, traps);
}

/** Calls back at the first request that a server of this process gets. */
export function onFirstRequest(found: () => void): void {
  const channel = "http.server.request.start";
  const listen = () => {
    unsubscribe(channel, listen);
    found();
  };
  subscribe(channel, listen);
}

/** Lists what Node publishes before it emits a reply or an error of an outgoing request. Node 20 has the second from 20.20 on. */
const outcomes = ["http.client.response.finish", "http.client.request.error"];

/**
 * Calls back at the first reply of an upstream, or failure to get one, once the library has called its handlers.
 * @param target the option of the library; without one any upstream counts
 */
export function onFirstOutcome(target: unknown, found: () => void): void {
  const url = urlOf(target);
  const listen = (message: unknown) => {
    const { request, error } = message as { readonly request: ClientRequest; readonly error?: unknown };
    const port = request.socket?.remotePort ?? read(error, "port");
    const isOther = withoutBrackets(request.host) !== withoutBrackets(url?.hostname ?? request.host);
    if (isOther || (url && port !== portOf(url))) return;
    for (const channel of outcomes) unsubscribe(channel, listen);
    setImmediate(found);
  };
  for (const channel of outcomes) subscribe(channel, listen);
}

function urlOf(target: unknown): URL | undefined {
  try {
    return new URL(typeof target === "string" ? target : (readText(target, "href") ?? ""));
  } catch {
    return undefined;
  }
}

function portOf({ port, protocol }: URL): number {
  return Number(port || (protocol === "https:" ? 443 : 80));
}

function withoutBrackets(host: unknown): string {
  return typeof host === "string" ? host.replace(/^\[|\]$/g, "") : "";
}
