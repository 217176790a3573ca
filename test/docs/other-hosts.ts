// The examples of docs/hosts.md, evaluated as they stand with the real frameworks.
import { createServer, type Server } from "node:http";
import "reflect-metadata";
import { getRequestListener } from "@hono/node-server";
import type { Contract, ResponderOptions } from "@fg-errors/core";
import { guardServer } from "@fg-errors/core/server";
import * as nestCommon from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import * as nestExpress from "@nestjs/platform-express";
import { transformSync } from "esbuild";
import fastify, { type FastifyInstance } from "fastify";
import findMyWay from "find-my-way";
import * as hono from "hono";
import { evaluate, evaluateAsync } from "./evaluate.js";
import { block, read } from "./markdown.js";

export const page = read("docs/hosts.md");

export const [shop, PaymentError] = evaluate(block(page, "example: contract"), "[shop, PaymentError]") as [
  Contract & { problems: Record<string, (members: object) => Error> },
  new (message: string) => Error,
];

/** What the examples' own code throws, by the id of the order. */
export const failures: Readonly<Record<string, () => unknown>> = {
  catalogue: () => shop.problems["outOfStock"]!({ sku: "A-1", left: 2 }),
  domain: () => new PaymentError("card s3cr3t is blocked"),
  unknown: () => new Error("s3cr3t"),
  text: () => "s3cr3t",
};

export const orders = {
  find(id: string) {
    if (Object.hasOwn(failures, id)) throw failures[id]!();
    return { id };
  },
  place: (order: object) => ({ ...order, id: "17" }),
};

export interface OtherHost {
  readonly name: string;
  /** Starts the example; something before its routes sets `fields`. */
  readonly start: (options: ResponderOptions) => Promise<{ readonly server: Server; readonly close?: () => unknown }>;
  readonly path: (id: string) => string;
  /** The methods of /orders/:id, as Allow has them. */
  readonly allow: string;
  /** What the example does not do. Default: nothing. */
  readonly lacks?: readonly ("content" | "fields")[];
}

/** What an application sets before it fails: a field that stays, and one of the content that is replaced. */
const fields = [
  ["Access-Control-Allow-Origin", "https://shop.example"],
  ["ETag", '"stale"'],
] as const;

const example = (name: string) => block(page, `example: ${name}`);

const inPath = (id: string) => `/orders/${id}`;
const inQuery = (id: string) => `/orders?id=${id}`;

export const otherHosts: readonly OtherHost[] = [
  { name: "nest", start: startNest, path: inPath, allow: "HEAD, GET, OPTIONS" },
  { name: "fastify", start: startFastify, path: inPath, allow: "GET, HEAD" },
  { name: "hono", start: startHono, path: inPath, allow: "HEAD, GET" },
  { name: "fetch", start: startRouteHandlers, path: inQuery, allow: "HEAD, GET, POST", lacks: ["fields"] },
  { name: "node", start: startNode, path: inQuery, allow: "GET, HEAD", lacks: ["content", "fields"] },
];

async function startNest(options: ResponderOptions) {
  const code = transformSync(example("nest"), {
    loader: "ts",
    target: "esnext",
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, verbatimModuleSyntax: true } },
  }).code;
  const create = (module: object, adapter: nestExpress.ExpressAdapter) =>
    NestFactory.create(module as typeof OrdersModule, adapter, { logger: false });
  const modules = {
    "@nestjs/common": nestCommon,
    "@nestjs/core": { NestFactory: { create } },
    "@nestjs/platform-express": nestExpress,
  };
  const app = (await evaluateAsync(code, "app", { OrdersModule, options }, modules)) as nestExpress.NestExpressApplication;
  app.use((_request: unknown, response: { setHeader(name: string, value: string): void }, next: () => void) => {
    for (const [name, value] of fields) response.setHeader(name, value);
    next();
  });
  await app.init();
  return { server: guardServer(app.getHttpServer() as Server, options), close: () => app.close() };
}

/** Is Nest's controller of the orders, without the syntax of decorators, which not every compiler knows. */
class OrdersController {
  find(id: string) {
    return orders.find(id);
  }
  place(order: object) {
    return orders.place(order);
  }
}

const { Controller, Get, Post, Param, Body, Module } = nestCommon;
const descriptorOf = (name: string) => Object.getOwnPropertyDescriptor(OrdersController.prototype, name)!;
Controller("orders")(OrdersController);
Get(":id")(OrdersController.prototype, "find", descriptorOf("find"));
Param("id")(OrdersController.prototype, "find", 0);
Post()(OrdersController.prototype, "place", descriptorOf("place"));
Body()(OrdersController.prototype, "place", 0);

class OrdersModule {
  readonly name = "orders";
}
Module({ controllers: [OrdersController] })(OrdersModule);

async function startFastify(options: ResponderOptions) {
  const modules = { fastify: { default: fastify }, "find-my-way": { default: findMyWay } };
  const app = (await evaluateAsync(example("fastify"), "app", { orders, options }, modules)) as FastifyInstance;
  app.addHook("onRequest", async (_request, reply) => {
    for (const [name, value] of fields) reply.header(name, value);
  });
  await app.ready();
  return { server: guardServer(app.server, options), close: () => app.close() };
}

async function startHono(options: ResponderOptions) {
  const code = example("hono").replace("app.onError", "app.use(setFields);\n$&");
  const setFields: hono.MiddlewareHandler = (c, next) => {
    for (const [name, value] of fields) c.header(name, value);
    return next();
  };
  const app = (await evaluateAsync(code, "app", { orders, options, setFields }, { hono })) as hono.Hono;
  return { server: served((request) => app.fetch(request), options) };
}

type RouteHandlers = Readonly<Record<string, (request: Request) => Promise<Response>>>;

async function evaluateRouteHandlers(options: ResponderOptions, value: string): Promise<unknown> {
  return evaluateAsync(example("fetch"), value, { orders, options }, { "next/navigation": { unstable_rethrow } });
}

/** Gives the example's function that makes route handlers. */
export async function routeHandlersOf(options: ResponderOptions): Promise<(handlers: RouteHandlers) => RouteHandlers> {
  return (await evaluateRouteHandlers(options, "routeHandlers")) as (handlers: RouteHandlers) => RouteHandlers;
}

async function startRouteHandlers(options: ResponderOptions) {
  const [own, others] = (await evaluateRouteHandlers(
    options,
    "[{ GET, POST, PUT, PATCH, DELETE, OPTIONS }, routeHandlers({})]",
  )) as RouteHandlers[];
  const route = (request: Request) => {
    const handlers = new URL(request.url).pathname === "/orders" ? own! : others!;
    return handlers[request.method === "HEAD" ? "GET" : request.method]!(request);
  };
  return { server: served(route, options) };
}

/** Stands for Next.js's function, which throws again what its redirect() has thrown. */
function unstable_rethrow(thrown: unknown): void {
  if (String((thrown as { digest?: unknown } | null)?.digest).startsWith("NEXT_REDIRECT;")) throw thrown;
}

async function startNode(options: ResponderOptions) {
  return {
    server: (await evaluateAsync(example("node"), "server", { orders, options }, { "node:http": { createServer } })) as Server,
  };
}

function served(fetch: (request: Request) => Response | Promise<Response>, options: ResponderOptions): Server {
  return guardServer(createServer(getRequestListener(fetch) as never), options);
}
