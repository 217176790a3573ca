import type { Family } from "./rule.js";

export const auth: Family = {};
