import type { Family } from "./rule.js";

export const inbound: Family = {};
