import { auth } from "./families/auth.js";
import { oauth } from "./families/oauth.js";
import { orms } from "./families/orms.js";
import { frameworks } from "./families/frameworks.js";
import { inbound } from "./families/inbound.js";
import { node } from "./families/node.js";
import { rateLimits } from "./families/rate-limits.js";
import { refusals } from "./families/refusals.js";
import { resilience } from "./families/resilience.js";
import { schemas } from "./families/schemas.js";
import { uploads } from "./families/uploads.js";
import { validation } from "./families/validation.js";
import { indexFamilies, type FamilyIndex } from "./lookup.js";
import type { Family } from "./rule.js";

/** Lists the families whose errors describe the request, or were thrown to answer it. An earlier family is asked first. */
export const clientFacingFamilies: readonly Family[] = [
  auth,
  oauth,
  refusals,
  inbound,
  uploads,
  rateLimits,
  validation,
  schemas,
  frameworks,
];

/** Lists the families whose errors come from what the gateway works with. Nobody wrote them for a client. */
export const operationalFamilies: readonly Family[] = [orms, resilience, node];

/** Indexes the client-facing families, by the names and codes of their errors. */
export const clientFacing: FamilyIndex = indexFamilies(clientFacingFamilies);

/** Indexes the operational families, by the names and codes of their errors. */
export const operational: FamilyIndex = indexFamilies(operationalFamilies);

/** Indexes them for errors of a request's parser or connection: none of these comes from a datastore. */
export const operationalInbound: FamilyIndex = indexFamilies(operationalFamilies.filter((family) => family !== orms));
