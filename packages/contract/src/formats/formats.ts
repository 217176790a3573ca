import type { Format } from "./format.js";
import { json } from "./json.js";
import { jsonSchema } from "./json-schema.js";
import { openapi } from "./openapi.js";
import { overlay } from "./overlay.js";
import { spectral } from "./spectral.js";
import { typescript } from "./typescript.js";

/** Lists the formats of `fg-errors export` by name. */
export const formats: Readonly<Record<string, Format>> = {
  json,
  "json-schema": jsonSchema,
  openapi,
  overlay,
  spectral,
  ts: typescript,
};
