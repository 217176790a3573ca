// What answers with the result of a function: relay() on the four hosts, and a fetch host.
import type { RequestListener } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { fromInvocation, invocationResponse } from "@fg-errors/core/functiongraph";
import { fgErrors as expressErrors, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, relay as koaRelay } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import { Hono } from "hono";
import Koa from "koa";
import Koa2 from "koa2";
import { exchange, parseAnswer, request, withServer, type Answer } from "../wire.js";

export interface InvocationHost {
  readonly name: string;
  readonly create: (invoke: () => unknown, options: ResponderOptions) => RequestListener;
}

export const hosts: readonly InvocationHost[] = [
  onExpress("Express 5", express),
  onExpress("Express 4", express4),
  onKoa("Koa 3", Koa),
  onKoa("Koa 2", Koa2),
  {
    name: "fetch",
    create: (invoke, options) => bridge((request) => invocationResponse(invoke(), request, options)),
  },
  {
    name: "Hono",
    create: (invoke, options) => {
      const app = new Hono().all("*", (context) => invocationResponse(Promise.resolve(invoke()), context.req.raw, options));
      return bridge((request) => app.fetch(request));
    },
  },
];

function onExpress(name: string, framework: typeof express): InvocationHost {
  const create: InvocationHost["create"] = (invoke, options) => {
    const app = framework().disable("x-powered-by");
    app.use((_request, response, next) => {
      const answer = async () => expressRelay(response, fromInvocation(invoke()), options);
      answer().catch(next);
    });
    return app.use(expressErrors(options)) as RequestListener;
  };
  return { name, create };
}

function onKoa(name: string, Framework: typeof Koa): InvocationHost {
  const create: InvocationHost["create"] = (invoke, options) => {
    const app = new Framework().on("error", () => {}).use(koaErrors(options));
    return app.use((ctx) => koaRelay(ctx, fromInvocation(invoke()), options)).callback() as RequestListener;
  };
  return { name, create };
}

/** What the servers of fetch hosts do. */
function bridge(handle: (request: Request) => Response | Promise<Response>): RequestListener {
  return async ({ method, url, headers }, response) => {
    const fields = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const answer = await handle(new Request(`http://gateway.example${url}`, { method: method!, headers: fields }));
    response.statusCode = answer.status;
    response.setHeaders(answer.headers);
    response.end(Buffer.from(await answer.arrayBuffer()));
  };
}

/** What a client gets whose request ends in a function that returned that. */
export function answerOf(
  { create }: InvocationHost,
  result: unknown,
  options: ResponderOptions = {},
  line = "GET /orders/17?token=s3cr3t",
  headers: Record<string, string> = {},
): Promise<Answer> {
  const listener = create(() => result, { onError() {}, ...options });
  return withServer(listener, async (port) => parseAnswer(await exchange(port, request(line, headers))));
}
