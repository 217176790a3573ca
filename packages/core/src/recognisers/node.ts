import type { Family } from "./rule.js";

export const node: Family = {};
