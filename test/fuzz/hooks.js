// A module customization hook: whoever imports a package of ours gets it with an `onError` that the probe hears, unless it has its own.
const ours = /^@fg-errors\/(?:express|koa)$/;
const mark = "?heard";

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return ours.test(specifier) ? { ...found, url: found.url + mark } : found;
}

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  if (!url.endsWith(mark)) return next(url, context);
  const [own, heard] = [url.slice(0, -mark.length), new URL("heard.js", import.meta.url).href];
  const source = `
    import * as own from "${own}";
    import { hear } from "${heard}";
    export * from "${own}";
    export const fgErrors = hear(own.fgErrors, 0);
    export const fgProxy = hear(own.fgProxy, 0);
    export const fgResponses = hear(own.fgResponses, 0);
    export const guardServer = hear(own.guardServer, 1);
    export const upstream = hear(own.upstream, 1);
    export const relay = hear(own.relay, 2);`;
  return { format: "module", source, shortCircuit: true };
}
