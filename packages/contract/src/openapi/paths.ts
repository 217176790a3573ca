import { parseDocument } from "yaml";
import { UsageError } from "../usage-error.js";
import { openApiVersion } from "./version.js";

type Operations = Readonly<
  Record<string, { readonly requestBody?: { readonly content?: Readonly<Record<string, unknown>> } } | undefined>
> | null;

/**
 * Finds paths without parameters in an OpenAPI document: one of any operation, and one of a POST that takes JSON.
 * @throws UsageError for a text that is no OpenAPI document
 */
export function pathsIn(file: string, text: string): { readonly known?: string; readonly json?: string } {
  const parsed = parseDocument(text);
  const document = (parsed.errors.length === 0 ? parsed.toJS() : undefined) as
    | { openapi?: unknown; paths?: Record<string, Operations> }
    | undefined;
  if (!openApiVersion(document?.openapi)) throw new UsageError(`${file} is no OpenAPI document of version 3.0, 3.1 or 3.2`);
  const paths = Object.entries(document!.paths ?? {}).filter(([path]) => path.startsWith("/") && !path.includes("{"));
  const known = paths[0]?.[0];
  const json = paths.find(([, path]) => path?.["post"]?.requestBody?.content?.["application/json"] !== undefined)?.[0];
  return { ...(known !== undefined && { known: encodePath(known) }), ...(json !== undefined && { json: encodePath(json) }) };
}

/** Encodes what may not stand in a request's target, such as blanks. */
const encodePath = (path: string) =>
  path.replace(/[^!-~]+/g, (text) => Buffer.from(text).toString("hex").toUpperCase().replace(/../g, "%$&"));
