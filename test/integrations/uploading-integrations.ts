// Handlers that pass a client's content on with a client of their own, and end the call in one way or another when it leaves.
import { request as nodeRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";
import { fgProxy } from "@fg-errors/core/proxy";
import { clientSignal, upstream, upstreamRequest } from "@fg-errors/core/upstream";
import { fgResponses as expressResponses } from "@fg-errors/express";
import { fgResponses as koaResponses } from "@fg-errors/koa";
import axios from "axios";
import expressHttpProxy from "express-http-proxy";
import got from "got";
import type { Middleware } from "koa";
import nodeFetch from "node-fetch";
import superagent from "superagent";
import { request as undiciRequest } from "undici";
import { both, type Act, type Integration, type Way } from "./integration.js";

const require = createRequire(import.meta.url);
const koaProxies = require("koa-proxies") as (path: string, settings: object) => Middleware;
const koaBetterHttpProxy = require("koa-better-http-proxy") as (host: string, settings: object) => Middleware;

type Send = (url: string, request: IncomingMessage, signal: AbortSignal | undefined) => unknown;

/** Passes a POST on. Each client has its own word for a content that breaks off. */
const senders: Readonly<Record<string, Send>> = {
  fetch: (url, request, signal) => fetch(url, { ...initOf(request), ...(signal && { signal }) } as RequestInit),
  "upstream(fetch())": (url, request, signal) =>
    upstream(fetch(url, { ...initOf(request), ...(signal && { signal }) } as RequestInit)),
  "undici's request()": (url, request, signal) => undiciRequest(url, { ...initOf(request), ...(signal && { signal }) } as never),
  axios: (url, request, signal) => axios.post(url, request, { ...(signal && { signal }), maxRedirects: 0 }),
  "axios with redirects": (url, request, signal) => axios.post(url, request, { ...(signal && { signal }) }),
  got: (url, request, signal) => got.post(url, { body: request, retry: { limit: 0 }, ...(signal && { signal }) }),
  "got.stream": (url, request, signal) =>
    pipeline(request, got.stream.post(url, { retry: { limit: 0 }, ...(signal && { signal }) }), async (reply) => {
      for await (const _chunk of reply as AsyncIterable<unknown>);
    }),
  "node-fetch": (url, request, signal) =>
    nodeFetch(url, { method: "POST", body: request, ...(signal && { signal: signal as never }) }),
  superagent: (url, request, signal) =>
    new Promise((resolve, reject) => {
      const call = superagent.post(url);
      const giveUp = (reason: unknown) => {
        call.abort();
        reject(reason as Error);
      };
      signal?.addEventListener("abort", () => giveUp(signal.reason));
      request.on("error", giveUp).pipe(call.on("error", reject).on("response", resolve) as never);
    }),
  "node:http": (url, request, signal) =>
    new Promise((resolve, reject) => {
      const outgoing = nodeRequest(url, { method: "POST", ...(signal && { signal }) }, resolve).on("error", reject);
      pipeline(request, outgoing).catch(reject);
    }),
};

function initOf(request: IncomingMessage): object {
  const { path: _path, ...init } = upstreamRequest(request);
  return init;
}

/** Says when the call ends, if its client leaves. */
const signals: Readonly<Record<string, (response: ServerResponse) => AbortSignal | undefined>> = {
  "without a signal": () => undefined,
  "with clientSignal()": clientSignal,
  "aborted with a reason of its own": (response) => {
    const controller = new AbortController();
    response.on("close", () => controller.abort(new Error("nobody is there any more")));
    return controller.signal;
  },
  "aborted with a text": (response) => {
    const controller = new AbortController();
    response.on("close", () => controller.abort("nobody is there any more"));
    return controller.signal;
  },
};

/** Describes an integration that takes uploads. */
export interface Uploading extends Integration {
  /** Does not see a stream of HTTP/2 end too early. */
  readonly ignoresHttp2?: true;
  /** Ends its call, and says nothing. */
  readonly isSilent?: true;
}

const sending = Object.entries(senders).flatMap(([sender, send]) =>
  Object.entries(signals).map(([how, signalFor]): Uploading => ({
    name: `${sender}, ${how}`,
    families: both,
    ...((how === "without a signal" || sender === "got.stream") && { ignoresHttp2: true }),
    create: (way) => ({ act: sendBy(way, send, signalFor) }),
  })),
);

function sendBy(way: Way, send: Send, signalFor: (response: ServerResponse) => AbortSignal | undefined): Act {
  return async (request, response) => {
    await send(way.upstream.url + request.url!, request, signalFor(response));
    response.end("sent");
  };
}

/** Proxies that answer by themselves, or are answered for by us, with content that streams. */
const proxying: readonly Uploading[] = [
  {
    name: "express-http-proxy, streaming",
    isSilent: true,
    families: ["express"],
    create: (way) => ({
      express: [expressResponses(way.options), expressHttpProxy(way.upstream.url, { parseReqBody: false, timeout: way.limit })],
    }),
  },
  {
    name: "koa-better-http-proxy, streaming",
    families: ["koa"],
    http1Only: true,
    create: (way) => ({
      koa: [koaResponses(way.options), koaBetterHttpProxy(way.upstream.url, { parseReqBody: false, timeout: way.limit })],
    }),
  },
  {
    name: "koa-proxies with fgProxy().on",
    families: ["koa"],
    http1Only: true,
    create: (way) => ({ koa: [koaProxies("/", { target: way.upstream.url, events: fgProxy(way.options).on })] }),
  },
];

export const uploading: readonly Uploading[] = [...sending, ...proxying];
