// What comes without types, as far as the contestants use it.
declare module "http-errors" {
  export default function createError(status: number, message?: string, properties?: object): Error & { status: number };
}
declare module "api-problem" {
  export default class Problem extends Error {
    constructor(status: number, title?: string, members?: object);
    readonly status: number;
  }
}
declare module "api-problem/lib/middleware.js" {
  import type { ErrorRequestHandler } from "express";
  export default function Middleware(space?: number): ErrorRequestHandler;
}
declare module "koa-json-error" {
  import type { Middleware } from "koa";
  export default function createJsonErrorMiddleware(options?: object): Middleware;
}
