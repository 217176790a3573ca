// fgResponses() in front of what answers for its upstream by itself.
import { createRequire } from "node:module";
import { pipeline } from "node:stream/promises";
import replyFrom from "@fastify/reply-from";
import { clientSignal } from "@fg-errors/core/upstream";
import { fgResponses as expressUpstream } from "@fg-errors/express";
import { fgResponses as koaUpstream } from "@fg-errors/koa";
import expressHttpProxy from "express-http-proxy";
import fastify from "fastify";
import type { Middleware } from "koa";
import { request } from "undici";
import {
  agentOf,
  both,
  dispatcherOf,
  undici,
  type Act,
  type Integration,
  type Exceptions,
  type Family,
  type Mount,
  type Way,
} from "./integration.js";

const require = createRequire(import.meta.url);
const koaProxies = require("koa-proxies") as (path: string, settings: object) => Middleware;
const koaBetterHttpProxy = require("koa-better-http-proxy") as (host: string, settings: object) => Middleware;

/** Faults that come after a sound head. */
const inContent = /(in the|before the|no more) content$|chunks?$|^(bad|closed in a) chunk|^chunk/;

const own = (status: number) => ({ status, type: undefined });

/** These mistake every reset for their own time limit. */
const lateResets: Exceptions = [
  [/^101/, "unreported"],
  [/^(204|corrupt|truncated)/, "relayed"],
  [/^status 0/, own(500), /Express 5|Koa/], // who take no such status
  [/^((reset|closed) .*(head|line|connected)|only|TLS: (closed|reset|no answer)|connect timeout|no head|half)/, own(504)],
];

/** These stop reading, and so know only that it was not all. */
const incomplete: Exceptions = [[inContent, { type: "http_response_incomplete" }]];

export const intercepted: readonly Integration[] = [
  {
    name: "a copying handler",
    families: both,
    h2: true,
    exceptions: undici,
    create: (way, family) => {
      const dispatcher = dispatcherOf(way);
      const copy: Act = async (incoming, response) => {
        const reply = await request(way.upstream.url + incoming.url, { dispatcher, signal: clientSignal(response) });
        response.writeHead(reply.statusCode, reply.headers);
        await pipeline(reply.body, response);
      };
      return behind(way, family, copy);
    },
  },
  {
    name: "express-http-proxy",
    buffers: true,
    families: ["express"],
    exceptions: [...lateResets, ...incomplete],
    create: (way) => ({ express: [expressUpstream(way.options), expressHttpProxy(way.upstream.url, expressSettings(way))] }),
  },
  {
    name: "express-http-proxy, buffering",
    buffers: true,
    families: ["express"],
    forgetsHead: true,
    exceptions: [
      [/^204|gzip$/, {}], // which it decodes
      ...lateResets,
      [/no more|^(reset|closed) .*(content|chunk)/, own(504)],
    ],
    create: (way) => {
      const settings = { ...expressSettings(way), userResDecorator: (_reply: unknown, content: unknown) => content };
      return { express: [expressUpstream(way.options), expressHttpProxy(way.upstream.url, settings as never)] };
    },
  },
  {
    name: "koa-proxies",
    families: ["koa"],
    http1Only: true,
    exceptions: [
      [/^101/, "unreported"],
      [/^((100|103) and|corrupt|truncated)/, "relayed"],
      [/^(407|status (0|6|99))/, {}],
      [/^refused$/, own(503)],
      [/^DNS: no answer/, own(504)],
      [/^204|^status 199/, own(500)],
      ...incomplete,
      [/./, own(500)],
    ],
    create: (way) => {
      const settings = { target: way.upstream.url, changeOrigin: true, agent: agentOf(way), proxyTimeout: way.limit };
      return { koa: [koaUpstream(way.options), koaProxies("/", settings)] };
    },
  },
  {
    name: "koa-better-http-proxy",
    buffers: true,
    http1Only: true,
    families: ["koa"],
    exceptions: [
      [/^204/, {}],
      ...lateResets,
      [/no more/, { status: 502, type: "http_response_incomplete" }],
      [/^reset .*(content|chunk)/, own(504)],
    ],
    create: (way) => ({
      koa: [koaUpstream(way.options), koaBetterHttpProxy(way.upstream.url, { ...koaSettings(way) })],
    }),
  },
  {
    name: "@fastify/reply-from",
    buffers: true,
    families: both,
    forgetsHead: true,
    exceptions: [
      [/^407/, {}],
      [/^status (6|99)/, own(502)],
      [/^(103 and|204|corrupt|truncated)/, "relayed"],
      [/^DNS: no such name/, own(503)],
      [/^(connect timeout|TLS: no answer|no head|half a head)/, own(504)],
      [/at once$|before the content$|^status 199/, own(500)],
      [inContent, {}],
      [/./, own(500)],
    ],
    create: async (way, family) => {
      const app = fastify();
      const dispatcher = dispatcherOf(way);
      // It has no option for a signal, but hands on what stands beside the fields.
      const signal = Symbol("signal");
      const ask = (options: Readonly<Record<string, never>>, done: () => void) =>
        dispatcher.request({ ...options, signal: options["headers"]![signal] } as never, done);
      app.register(replyFrom, { base: way.upstream.url, undici: { request: ask } as never });
      app.all("/*", (incoming, reply) =>
        reply.from(incoming.url, {
          rewriteRequestHeaders: (_request, headers) => ({ ...headers, [signal]: clientSignal(reply.raw) }),
        }),
      );
      await app.ready();
      way.onClose(() => app.close());
      return behind(way, family, (incoming, response) => app.routing(incoming, response));
    },
  },
];

function behind(way: Way, family: Family, act: Act): Mount {
  if (family === "koa")
    return {
      koa: [
        koaUpstream(way.options),
        (ctx) => {
          ctx.respond = false;
          return act(ctx.req, ctx.res) as Promise<void>;
        },
      ],
    };
  return {
    express: [
      expressUpstream(way.options),
      (incoming, response, next) => void Promise.resolve(act(incoming, response)).catch(next),
    ],
  };
}

function expressSettings(way: Way) {
  const agent = agentOf(way);
  return { timeout: way.limit, proxyReqOptDecorator: (settings: object) => ({ ...settings, agent }) };
}

function koaSettings(way: Way) {
  return { ...expressSettings(way), connectTimeout: way.limit };
}
