/**
 * Names the versions of OpenAPI that are written.
 * @example
 * const version: OpenApiVersion = "3.1";
 * const { responses } = openApiComponents(shop, version);
 */
export type OpenApiVersion = "3.0" | "3.1" | "3.2";

/** Gives a version by the text that a document has, such as "3.1.0"; undefined for any other. */
export function openApiVersion(text: unknown): OpenApiVersion | undefined {
  const [, version] = /^(3\.[012])(?:\.\d+)?$/.exec(String(text)) ?? [];
  return version as OpenApiVersion | undefined;
}

/** Gives the text that a document of a version has in `openapi`. */
export const versionTexts: Readonly<Record<OpenApiVersion, string>> = { "3.0": "3.0.4", "3.1": "3.1.1", "3.2": "3.2.0" };
