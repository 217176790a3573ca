import type { Family } from "./rule.js";

export const validation: Family = {};
