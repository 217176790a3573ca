import { dropRefusedOfUpgrades } from "../node/prepare-request.js";
import type { DroppedHandlers } from "./dropped-handlers.js";
import type { ProxyEventHandlers, ProxyHandlers } from "./proxy-handlers.js";

/** Lists the options by which http-proxy-middleware 2 takes handlers. */
interface LegacyHandlers {
  readonly onProxyReq?: ProxyEventHandlers["proxyReq"];
  readonly onProxyReqWs?: ProxyEventHandlers["proxyReqWs"];
  readonly onProxyRes?: ProxyEventHandlers["proxyRes"];
  readonly onError?: ProxyEventHandlers["error"];
  readonly onOpen?: ProxyEventHandlers["open"];
  readonly onClose?: ProxyEventHandlers["close"];
}

/** Lists the options by which the libraries take handlers: http-proxy-middleware 3 and 4 `on`, koa-proxies `events`, http-proxy-middleware 2 one per event. */
interface HandlerOptions extends LegacyHandlers {
  readonly on?: ProxyEventHandlers | undefined;
  readonly events?: ProxyEventHandlers | undefined;
  /** Functions of http-proxy-middleware 3 and 4 that get the proxy server. */
  readonly plugins?: ((server: never, options: never) => void)[] | undefined;
}

/**
 * Describes the whole configuration of a proxy library, with a destination among its options.
 * @example
 * const configuration = { target, on: { proxyReq } } satisfies ProxyConfiguration;
 * app.use(createProxyMiddleware(fgProxy({}, configuration)));
 */
export type ProxyConfiguration = HandlerOptions &
  ({ readonly target: unknown } | { readonly router: unknown } | { readonly forward: unknown });

/**
 * Describes a configuration whose handlers are those of fgProxy(), which call the application's own first.
 * @example
 * const configuration: ConfiguredProxy<{ target: string }> = fgProxy({}, { target });
 * app.use(createProxyMiddleware(configuration));
 */
export type ConfiguredProxy<Configuration> = Omit<Configuration, keyof HandlerOptions> &
  ProxyHandlers & {
    readonly events: ProxyHandlers["on"];
    readonly plugins: ((server: object) => void)[];
  } & Required<LegacyHandlers>;

/** Maps the options of http-proxy-middleware 2 to events. */
const legacyEvents: Readonly<Record<keyof LegacyHandlers, keyof ProxyEventHandlers>> = {
  onProxyReq: "proxyReq",
  onProxyReqWs: "proxyReqWs",
  onProxyRes: "proxyRes",
  onError: "error",
  onOpen: "open",
  onClose: "close",
};

const events: ReadonlySet<string> = new Set<keyof ProxyEventHandlers>([
  "start",
  "proxyReq",
  "proxyRes",
  "proxyReqWs",
  "error",
  "end",
  "open",
  "close",
  "econnreset",
]);

/**
 * Reads the handlers out of what an application gives to fgProxy(): handlers by their events, or a whole configuration.
 * @throws TypeError for an event that there is not, and for a handler that is no function
 */
export function ownHandlers(given: ProxyEventHandlers | ProxyConfiguration): ProxyEventHandlers {
  if (!isConfiguration(given)) return checkHandlers(given);
  const { on, events: ofKoaProxies } = given;
  const legacy = Object.entries(legacyEvents).map(([option, event]) => [event, given[option as keyof LegacyHandlers]]);
  return checkHandlers({ ...Object.fromEntries(legacy.filter(([, handler]) => handler !== undefined)), ...ofKoaProxies, ...on });
}

/**
 * Puts the handlers of fgProxy() into a configuration, under every option by which a library takes them.
 * @param handlers the same, by their events
 * @param dropped notices which of them an application replaces afterwards
 */
export function withHandlers(
  given: ProxyEventHandlers | ProxyConfiguration,
  { on, attach }: ProxyHandlers,
  handlers: ProxyEventHandlers,
  dropped: DroppedHandlers,
): ProxyHandlers {
  if (!isConfiguration(given))
    return {
      on,
      // To spread the object reads all of its members; koa-proxies may look into `on` alone only when it gets a request.
      get attach() {
        dropped.spread();
        return attach;
      },
    };
  const legacy = Object.entries(legacyEvents).map(([option, event]) => [option, handlers[event]]);
  const configured = { ...given, ...Object.fromEntries(legacy.filter(([, handler]) => handler !== undefined)), on, events: on };
  // http-proxy-middleware 3 and 4 call the plugins with the server behind their own, which have registered `on`, and emit no event before an upgrade.
  const prepareServer = (server: object) => {
    dropRefusedOfUpgrades(server);
    dropped.checkServer(server);
  };
  Object.assign(configured, { plugins: [prepareServer, ...(given.plugins ?? [])] });
  const { headers, target, router } = given as Readonly<Record<"headers" | "target" | "router", unknown>>;
  if ((target ?? router) !== undefined)
    Object.assign(configured, {
      headers: dropped.watchConfiguration(headers as object | undefined, router === undefined ? target : undefined),
    });
  return Object.defineProperty(configured as never, "attach", { value: attach }); // no option of a library's
}

function isConfiguration(given: object): given is ProxyConfiguration {
  return ["target", "router", "forward", "on", "events"].some((option) => option in given);
}

function checkHandlers(handlers: ProxyEventHandlers): ProxyEventHandlers {
  for (const [event, handler] of Object.entries(handlers)) {
    if (!events.has(event))
      throw new TypeError(`fgProxy: there is no event "${event}"; the events are ${[...events].join(", ")}`);
    if (handler !== undefined && typeof handler !== "function")
      throw new TypeError(`fgProxy: the handler of "${event}" takes a function`);
  }
  return Object.fromEntries(Object.entries(handlers).filter(([, handler]) => handler !== undefined));
}
