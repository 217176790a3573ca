// Entry point for servers: answers what never reaches the application, sheds load, and shuts down gracefully.
export { drain, type DrainOptions } from "./server/drain.js";
export type { GuardOptions } from "./server/guard-options.js";
export { guardServer } from "./server/guard-server.js";
export type { LoadLimits } from "./server/load-shedding.js";
