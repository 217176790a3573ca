// relayResponse() between a client and an upstream: in a Hono application, and in a handler of no framework, both served by node:http.
import type { IncomingMessage, RequestListener } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { createResponder, problem, type ResponderOptions } from "@fg-errors/core";
import { errorResponse } from "@fg-errors/core/hosts";
import { relayResponse, type Reply } from "@fg-errors/core/upstream";
import { Hono } from "hono";
import { clients, type Call, type ClientName, type Gateway } from "./upstream-gateways.js";

type Handler = (request: Request) => Response | Promise<Response>;

/** Calls the upstream for the path and query of a client's request. */
function asking(client: ClientName, upstream: number) {
  return ({ method, url, headers, signal }: Request): Promise<Reply> => {
    const passed = [...headers].filter(([name]) => name === "range" || name === "accept-encoding");
    const { pathname, search } = new URL(url);
    const call: Call = { method, headers: Object.fromEntries(passed), signal };
    return clients[client](`http://127.0.0.1:${upstream}${pathname}${search}`, call);
  };
}

function hono(client: ClientName, upstream: number, options?: ResponderOptions): Handler {
  const respond = createResponder(options);
  const ask = asking(client, upstream);
  const app = new Hono();
  app.get("/thrown", () => {
    throw problem(409, "The order was already paid", { code: "ORDER.0409" });
  });
  app.on(["GET", "POST"], "/unmatched", (context) => context.notFound());
  app.all("*", (context) => relayResponse(ask(context.req.raw), context.req.raw, options));
  app.onError((error, context) => errorResponse(respond, error, context.req.raw));
  app.notFound((context) => errorResponse(respond, problem(404), context.req.raw));
  return (request) => app.fetch(request);
}

function plain(client: ClientName, upstream: number, options?: ResponderOptions): Handler {
  const ask = asking(client, upstream);
  return (request) => relayResponse(ask(request), request, options);
}

function gateway(name: string, client: ClientName, handlerOf: typeof hono): Gateway {
  const create = (upstream: number, options?: ResponderOptions): RequestListener =>
    getRequestListener(handlerOf(client, upstream, options)) as (request: IncomingMessage, response: unknown) => void;
  return { name: `relayResponse() of ${client} ${name}`, create };
}

export const honoGateways: readonly Gateway[] = [
  gateway("on Hono", "Node's fetch", hono),
  gateway("on Hono", "undici 7's request()", hono),
];

export const fetchGateways: readonly Gateway[] = [...honoGateways, gateway("without a framework", "node:http", plain)];
