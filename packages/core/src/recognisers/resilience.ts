import type { Family } from "./rule.js";

export const resilience: Family = {};
