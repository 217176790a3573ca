// For authors of adapters of servers' frameworks: what they export again, so that applications depend on one package, and load one file of core's
// for it. May change in a minor version.
export * from "./functiongraph.js";
export { browsers, type BrowserRenderer, type PageWords } from "./html.js";
export * from "./index.js";
export * from "./proxy.js";
export * from "./server.js";
export * from "./upstream.js";
