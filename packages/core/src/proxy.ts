// Proxy libraries.
export { fgProxy } from "./proxy/fg-proxy.js";
export type { ProxyEventHandlers, ProxyHandlers, ProxyLimits } from "./proxy/proxy-handlers.js";
