// What stands between a client and an upstream: the proxy handlers, and relay() with what the usual clients give.
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import https from "node:https";
import type { ResponderOptions } from "@fg-errors/core";
import type { Reply } from "@fg-errors/core/upstream";
import type { RelayOptions } from "@fg-errors/core/adapter";
import { fgErrors as expressErrors, fgProxy, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import { createProxyMiddleware } from "http-proxy-middleware";
import Koa from "koa";
import Koa2 from "koa2";
import * as undici from "undici";
import * as undici6 from "undici6";
import { scaled } from "../patience.js";
import { withServer } from "../wire.js";

export interface Gateway {
  readonly name: string;
  /** Hands every request on to that port of loopback. */
  readonly create: (upstream: number, options?: ResponderOptions) => (request: IncomingMessage, response: ServerResponse) => void;
}

export interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
}

/** Ways to call an upstream that give a reply. Redirects are replies like any other. */
export const clients = {
  "Node's fetch": (url: string, call: Call = {}) => fetch(url, { ...call, redirect: "manual" }),
  "undici 7's fetch": (url: string, call: Call = {}) => undici.fetch(url, { ...call, redirect: "manual" }),
  "undici 6's fetch": (url: string, call: Call = {}) => undici6.fetch(url, { ...call, redirect: "manual" }),
  "undici 7's request()": (url: string, call: Call = {}) => undici.request(url, call as {}),
  "undici 6's request()": (url: string, call: Call = {}) => undici6.request(url, call as {}),
  "node:http": (url: string, call: Call = {}) =>
    new Promise<IncomingMessage>(
      (resolve, reject) => void (url.startsWith("https") ? https : http).get(url, call, resolve).on("error", reject),
    ),
} satisfies Record<string, (url: string, call?: Call) => Promise<Reply>>;

export type ClientName = keyof typeof clients;

/** What a handler does to answer with the reply of a call. */
type Relaying = (
  ask: (call?: Call) => Promise<Reply>,
  relay: (reply: Reply, options?: RelayOptions) => Promise<void>,
) => Promise<void>;

const simply: Relaying = async (ask, relay) => relay(await ask());

/** relay() on a host, with a client. */
export function relaying(host: "Express 5" | "Express 4" | "Koa 3" | "Koa 2", client: ClientName, act = simply): Gateway {
  const ask = (upstream: number, { method, url, headers }: IncomingMessage) => {
    const passed = Object.fromEntries(Object.entries(headers).filter(([name]) => name === "range" || name === "accept-encoding"));
    return (call?: Call) =>
      clients[client](`http://127.0.0.1:${upstream}${url}`, {
        method: method!,
        headers: passed as Call["headers"] & {},
        ...call,
      });
  };
  const onExpress =
    (framework: typeof express): Gateway["create"] =>
    (upstream, options) => {
      const app = framework().disable("x-powered-by");
      app.use((request, response, next) => {
        act(ask(upstream, request), (reply, own = options) => expressRelay(response, reply, own)).catch(next);
      });
      return app.use(expressErrors(options)) as ReturnType<Gateway["create"]>;
    };
  const onKoa =
    (Framework: typeof Koa): Gateway["create"] =>
    (upstream, options) => {
      const app = new Framework().on("error", () => {}).use(koaErrors(options));
      app.use((ctx) => act(ask(upstream, ctx.req), (reply, own = options) => koaRelay(ctx, reply, own)));
      return app.callback() as ReturnType<Gateway["create"]>;
    };
  const create = { "Express 5": onExpress(express), "Express 4": onExpress(express4), "Koa 3": onKoa(Koa), "Koa 2": onKoa(Koa2) };
  return { name: `relay() of ${client} on ${host}`, create: create[host] };
}

/** Every host and every client once or more. */
export const relays: readonly Gateway[] = [
  relaying("Express 5", "Node's fetch"),
  relaying("Express 5", "undici 7's request()"),
  relaying("Express 4", "undici 6's request()"),
  relaying("Koa 3", "Node's fetch"),
  relaying("Koa 3", "undici 7's request()"),
  relaying("Koa 2", "undici 7's fetch"),
  relaying("Koa 2", "node:http"),
  relaying("Koa 2", "undici 6's fetch"),
];

export const gateways: readonly Gateway[] = [{ name: "fgProxy() on Express 5", create: proxy }, ...relays];

/** Runs `visit` against a gateway whose upstream is `upstream`. */
export function through<R>(
  { create }: Gateway,
  upstream: RequestListener,
  visit: (port: number) => Promise<R>,
  options: ResponderOptions = {},
): Promise<R> {
  return withServer(upstream, (upstreamPort) => withServer(create(upstreamPort, { onError() {}, ...options }), visit));
}

function proxy(upstream: number, options?: ResponderOptions) {
  const target = `http://127.0.0.1:${upstream}`;
  const app = express().disable("x-powered-by");
  app.use(createProxyMiddleware({ target, proxyTimeout: scaled(1000), ...fgProxy(options) }));
  return app.use(expressErrors(options)) as ReturnType<Gateway["create"]>;
}
