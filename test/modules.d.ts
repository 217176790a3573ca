// Other versions under names of their own: typed as the current one, whose types the tests use.
declare module "koa2" {
  export { default } from "koa";
}
declare module "express4" {
  export { default } from "express";
}
declare module "express5.0" {
  export { default } from "express";
}
declare module "@koa/router8" {
  export { default } from "@koa/router";
}
declare module "koa-router" {
  export { default } from "@koa/router";
}
declare module "koa-router7" {
  export { default } from "@koa/router";
}

// Without types.
declare module "vhost" {
  import type { RequestListener } from "node:http";

  export default function vhost(hostname: string | RegExp, handle: RequestListener): RequestListener;
}
declare module "koa-mount" {
  import type { Middleware } from "koa";

  export default function mount(prefix: string, middleware: Middleware): Middleware;
}
declare module "koa-json-error" {
  import type { Middleware } from "koa";

  export default function jsonError(options?: object): Middleware;
}
declare module "hcl2-parser" {
  const parser: { parseToObject(text: string): readonly [value: unknown, error: unknown] };
  export default parser;
}
