import type { Family } from "./rule.js";

export const frameworks: Family = {};
