// Proxy libraries.
export { fgProxy } from "./proxy/fg-proxy.js";
export type { ProxyOptions } from "./proxy/limit-head.js";
export type { ConfiguredProxy, ProxyConfiguration } from "./proxy/proxy-configuration.js";
export type { ProxyEventHandlers, ProxyHandlers, ProxySettings } from "./proxy/proxy-handlers.js";
