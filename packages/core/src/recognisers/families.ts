import { auth } from "./families/auth.js";
import { datastores } from "./families/datastores.js";
import { frameworks } from "./families/frameworks.js";
import { inbound } from "./families/inbound.js";
import { node } from "./families/node.js";
import { rateLimits } from "./families/rate-limits.js";
import { resilience } from "./families/resilience.js";
import { uploads } from "./families/uploads.js";
import { validation } from "./families/validation.js";
import type { Family } from "./rule.js";

/** Errors that say what is wrong with a request, or were thrown to answer it. The earlier family is asked first. */
export const spoken: readonly Family[] = [auth, inbound, uploads, rateLimits, validation, frameworks];

/** Errors of what the gateway works with: they happened, nobody addressed them to a client. */
export const happened: readonly Family[] = [datastores, resilience, node];
