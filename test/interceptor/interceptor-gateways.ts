// fgResponses() on every host, in front of a writer that knows nothing but Node's own objects.
import type { IncomingMessage, ServerResponse } from "node:http";
import { createRequire } from "node:module";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { fgErrors as expressErrors, fgResponses as expressUpstream } from "@fg-errors/express";
import { fgErrors as koaErrors, fgResponses as koaUpstream } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";

/** Writes the response. What it throws is the framework's to handle. */
export type Writer = (request: IncomingMessage, response: ServerResponse) => unknown;

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface Gateway {
  readonly name: string;
  /** The writer, behind a gateway that has set `Access-Control-Allow-Origin` and `X-Request-Id: mine`. */
  readonly create: (writer: Writer, options: ResponderOptions) => Listener;
  /** The same for node:http2, which Express does not know by itself. */
  readonly createHttp2: Gateway["create"];
}

const http2Express = createRequire(import.meta.url)("http2-express") as (framework: typeof express) => express.Express;

export const gateways: readonly Gateway[] = [
  expressGateway("Express 5", express),
  expressGateway("Express 4", express4),
  koaGateway("Koa 3", Koa),
  koaGateway("Koa 2", Koa2),
];

function expressGateway(name: string, framework: typeof express): Gateway {
  const build = (app: express.Express, writer: Writer, options: ResponderOptions) =>
    app
      .use((_request, response, next) => (greet(response), next()))
      .use(expressUpstream(options))
      .use((request, response, next) => void Promise.resolve(run(writer, request, response)).catch(next))
      .use(expressErrors(options)) as Listener;
  return {
    name,
    create: (writer, options) => build(framework(), writer, options),
    createHttp2: (writer, options) => build(http2Express(framework), writer, options),
  };
}

function koaGateway(name: string, Framework: typeof Koa): Gateway {
  const create: Gateway["create"] = (writer, options) => {
    const app = new Framework();
    app.use(koaErrors(options)).use((ctx, next) => (greet(ctx.res), next()));
    app.use(koaUpstream(options)).use((ctx) => {
      ctx.respond = false;
      ctx.res.statusCode = 200; // Koa starts at 404
      return run(writer, ctx.req, ctx.res) as Promise<void>;
    });
    return app.callback() as Listener;
  };
  return { name, create, createHttp2: create };
}

function greet(response: ServerResponse): void {
  response.setHeader("Access-Control-Allow-Origin", "https://shop.example");
  response.setHeader("X-Request-Id", "mine");
}

async function run(writer: Writer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  await writer(request, response);
}

/** Makes options that record the problems which are reported. */
export function recordProblems(options: ResponderOptions = {}) {
  const reported: Problem[] = [];
  return { reported, options: { ...options, onError: (problem: Problem) => void reported.push(problem) } };
}
