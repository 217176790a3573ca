import { auth } from "./auth.js";
import { datastores } from "./datastores.js";
import { frameworks } from "./frameworks.js";
import { inbound } from "./inbound.js";
import { node } from "./node.js";
import { rateLimits } from "./rate-limits.js";
import { resilience } from "./resilience.js";
import type { Family } from "./rule.js";
import { uploads } from "./uploads.js";
import { validation } from "./validation.js";

/** Every family, most specific first: where two know the same name, mark or code, the earlier one is asked first. */
export const families: readonly Family[] = [
  auth,
  inbound,
  uploads,
  rateLimits,
  validation,
  frameworks,
  datastores,
  resilience,
  node,
];
