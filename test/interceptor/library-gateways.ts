// fgResponses() in front of the real libraries that answer for their upstream themselves.
import { createRequire } from "node:module";
import replyFrom from "@fastify/reply-from";
import { fgErrors as expressErrors, fgResponses as expressUpstream } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import expressHttpProxy from "express-http-proxy";
import fastify from "fastify";
import Koa from "koa";
import Koa2 from "koa2";
import type { Listener } from "./interceptor-gateways.js";

const require = createRequire(import.meta.url);
const koaProxies = require("koa-proxies") as (path: string, settings: object) => Koa.Middleware;
const koaBetterHttpProxy = require("koa-better-http-proxy") as (host: string, settings?: object) => Koa.Middleware;

export interface Library {
  readonly name: string;
  readonly create: (target: string, options: object) => Promise<Listener> | Listener;
  /** Takes the whole reply before it sends any of it. */
  readonly buffers?: true;
  /** What it answers to an upstream that is not there. */
  readonly refused?: number;
}

const ofExpress = (name: string, framework: typeof express, settings: object = {}): Library => ({
  name: `express-http-proxy ${JSON.stringify(settings)}, ${name}`,
  create: (target, options) =>
    framework().use(expressUpstream(options), expressHttpProxy(target, settings)).use(expressErrors(options)) as Listener,
  ...(!("stream" in settings) && { buffers: true }),
});

const ofKoa = (
  name: string,
  Framework: typeof Koa,
  proxy: (target: string) => Koa.Middleware,
  more: Partial<Library> = {},
): Library => ({
  name,
  create: (target, options) =>
    new Framework().use(koaErrors(options)).use(koaUpstream(options)).use(proxy(target)).callback() as Listener,
  ...more,
});

const proxies = (target: string) => koaProxies("/", { target });

export const libraries: readonly Library[] = [
  ofExpress("Express 5", express),
  ofExpress("Express 5", express, { stream: true }),
  ofExpress("Express 4", express4, { stream: true }),
  ofKoa("koa-proxies, Koa 3", Koa, proxies, { refused: 503 }),
  ofKoa("koa-proxies, Koa 2", Koa2, proxies, { refused: 503 }),
  ofKoa("koa-better-http-proxy, Koa 3", Koa, (target) => koaBetterHttpProxy(target), { buffers: true }),
  ofKoa("koa-better-http-proxy, Koa 2", Koa2, (target) => koaBetterHttpProxy(target), { buffers: true }),
  {
    name: "@fastify/reply-from",
    create: async (base, options) => {
      const app = fastify();
      await app.register(replyFrom, { base });
      app.all("/*", (incoming, reply) => reply.from(incoming.url));
      await app.ready();
      return express()
        .use(expressUpstream(options), (incoming, response) => app.routing(incoming, response))
        .use(expressErrors(options)) as Listener;
    },
    refused: 500,
  },
];
