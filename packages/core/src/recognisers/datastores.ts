import type { Family } from "./rule.js";

export const datastores: Family = {};
