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

/** Errors that say what is wrong with a request, or were thrown to answer it. The earlier family is asked first. */
export const spoken: readonly Family[] = [auth, inbound, uploads, rateLimits, validation, frameworks];

/** Errors of what the gateway works with: they happened, nobody addressed them to a client. */
export const happened: readonly Family[] = [datastores, resilience, node];
