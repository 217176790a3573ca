// Proxy libraries.
export { fgProxy } from "./proxy/fg-proxy.js";
export type { ProxyEventHandlers, ProxyHandlers, ProxySettings } from "./proxy/proxy-handlers.js";
