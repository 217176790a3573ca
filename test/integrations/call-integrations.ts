// Handlers that ask the upstream themselves.
import type { ServerResponse } from "node:http";
import { clientSignal, upstream } from "@fg-errors/core/upstream";
import { relay as expressRelay } from "@fg-errors/express";
import { relay as koaRelay } from "@fg-errors/koa";
import { fetch, request } from "undici";
import { both, dispatcherOf, undici, type Integration, type Exceptions, type Way } from "./integration.js";

/** A 204 has no content, whatever follows. Content of fetch's that ends in the middle of its coding is whole to it. */
const lenient: Exceptions = [
  [/^204/, "relayed"],
  [/^truncated/, "relayed"],
];

/** What request() says of content does not show that there was a head. */
const headless: Exceptions = [[/^(reset|closed) .*(content|chunk)|^h2: .* in the content/, { type: "connection_terminated" }]];

export const calls: readonly Integration[] = [
  relaying("relay(fetch())", fetchFrom, { decodes: true, exceptions: [...undici, ...lenient] }),
  relaying("relay(request())", requestFrom, { exceptions: [...undici, ...lenient] }),
  asking("upstream(fetch())", fetchFrom, { decodes: true, exceptions: [...undici, ...lenient] }),
  asking("upstream(request())", requestFrom, { exceptions: [...undici, ...headless] }),
];

type More = Pick<Integration, "decodes" | "exceptions">;

type Ask = (way: Way) => (path: string, response: ServerResponse) => Promise<never>;

function fetchFrom(way: Way) {
  const dispatcher = dispatcherOf(way);
  return (path: string, response: ServerResponse) =>
    fetch(way.upstream.url + path, { dispatcher, redirect: "manual", signal: clientSignal(response) }) as Promise<never>;
}

function requestFrom(way: Way) {
  const dispatcher = dispatcherOf(way);
  return (path: string, response: ServerResponse) =>
    request(way.upstream.url + path, { dispatcher, signal: clientSignal(response) }) as Promise<never>;
}

function relaying(name: string, askOf: Ask, more: More): Integration {
  return {
    name,
    families: both,
    h2: true,
    ...more,
    create: (way, family) => {
      const ask = askOf(way);
      if (family === "koa") return { koa: [async (ctx) => koaRelay(ctx, await ask(ctx.url, ctx.res), way.options)] };
      return {
        express: [
          (incoming, response, next) =>
            void ask(incoming.url, response)
              .then((reply) => expressRelay(response, reply, way.options))
              .catch(next),
        ],
      };
    },
  };
}

/** Reads the whole reply before it answers, so that no fault comes too late. */
function asking(name: string, askOf: Ask, more: More): Integration {
  return {
    name,
    families: both,
    h2: true,
    buffers: true,
    ...more,
    create: (way) => {
      const ask = askOf(way);
      return {
        act: async (incoming, response) => {
          response.statusCode = 200; // Koa's is 404 until then
          const reply = (await upstream(ask(incoming.url!, response), way.options)) as {
            text?(): Promise<string>;
            body: { text(): Promise<string> };
          };
          response.end(await (reply.text?.() ?? reply.body.text()));
        },
      };
    },
  };
}
