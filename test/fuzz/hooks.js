// A module customization hook: whoever imports a package of ours gets it with an `onError` that records for the probe, unless it has its own.
const ours = /^@fg-errors\/(?:express|koa)$/;
const mark = "?recorded";

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  return ours.test(specifier) ? { ...found, url: found.url + mark } : found;
}

/** @type {import("node:module").LoadHook} */
export async function load(url, context, next) {
  if (!url.endsWith(mark)) return next(url, context);
  const [own, recorder] = [url.slice(0, -mark.length), new URL("reported-ids.js", import.meta.url).href];
  const source = `
    import * as own from "${own}";
    import { recordReports } from "${recorder}";
    export * from "${own}";
    export const fgErrors = recordReports(own.fgErrors, 0);
    export const fgProxy = recordReports(own.fgProxy, 0);
    export const fgResponses = recordReports(own.fgResponses, 0);
    export const guardServer = recordReports(own.guardServer, 1);
    export const upstream = recordReports(own.upstream, 1);
    export const relay = recordReports(own.relay, 2);`;
  return { format: "module", source, shortCircuit: true };
}
