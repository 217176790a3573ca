// A gateway on each of the four hosts: CORS, one route of its own, an integration to the upstream, fgErrors().
import type { IncomingMessage, ServerResponse } from "node:http";
import { fgErrors as expressErrors } from "@fg-errors/express";
import { fgErrors as koaErrors } from "@fg-errors/koa";
import express from "express";
import express4 from "express4";
import Koa from "koa";
import Koa2 from "koa2";
import type { Integration, Family, Way } from "./integration.js";

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

export interface Host {
  readonly name: string;
  readonly family: Family;
  readonly create: (integration: Integration, way: Way) => Promise<Listener>;
}

/** `GET /alive` is the gateway's own; every other request goes through the integration. */
export const hosts: readonly Host[] = [
  { name: "Express 5", family: "express", create: onExpress(express) },
  { name: "Express 4", family: "express", create: onExpress(express4) },
  { name: "Koa 3", family: "koa", create: onKoa(Koa) },
  { name: "Koa 2", family: "koa", create: onKoa(Koa2) },
];

const allowed = "https://shop.example";

function onExpress(framework: typeof express): Host["create"] {
  return async (integration, way) => {
    const mount = await integration.create(way, "express");
    const app = framework().disable("x-powered-by");
    app.use((_request, response, next) => (response.setHeader("Access-Control-Allow-Origin", allowed), next()));
    app.get("/alive", (_request, response) => void response.end("still here"));
    if ("express" in mount) app.use(...mount.express);
    else if ("act" in mount)
      app.use((request, response, next) => {
        void (async () => mount.act(request, response))().catch(next); // Express 4 does not see a promise
      });
    return app.use(expressErrors(way.options)) as Listener;
  };
}

function onKoa(Framework: typeof Koa): Host["create"] {
  return async (integration, way) => {
    const mount = await integration.create(way, "koa");
    const app = new Framework();
    app.on("error", () => {});
    app.use(koaErrors(way.options));
    app.use((ctx, next) => {
      ctx.set("Access-Control-Allow-Origin", allowed);
      return ctx.path === "/alive" ? void (ctx.body = "still here") : next();
    });
    if ("koa" in mount) for (const each of mount.koa) app.use(each);
    else if ("act" in mount)
      app.use((ctx) => {
        ctx.respond = false;
        return mount.act(ctx.req, ctx.res) as Promise<void>;
      });
    return app.callback() as Listener;
  };
}
