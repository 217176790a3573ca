// What never reaches the application, what is too much, and shutting down.
export { drain, type DrainOptions } from "./server/drain.js";
export type { GuardOptions } from "./server/guard-options.js";
export { guardServer } from "./server/guard-server.js";
export type { LoadLimits } from "./server/load-shedding.js";
