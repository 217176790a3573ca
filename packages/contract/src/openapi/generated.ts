/** Marks the components that are generated, so that the next merge may replace them. */
export const generatedMark = "x-generated-by";
export const generatedBy = "fg-errors";

/** Whether a component is generated. */
export const isGenerated = (component: unknown) =>
  (component as Readonly<Record<string, unknown>> | null | undefined)?.[generatedMark] === generatedBy;

const isGeneratedRef = (value: unknown) =>
  /^#\/components\/responses\/Problem(?:\d{3})?$/.test(String((value as { readonly $ref?: unknown } | null)?.$ref));

/** Gives the parts of a document that no merge has written, without what is empty then. */
export function ownParts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ownParts);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, inner]) => !isGenerated(inner) && !isGeneratedRef(inner))
    .map(([name, inner]) => [name, ownParts(inner)] as const)
    .filter(([, inner]) => inner !== null && inner !== undefined);
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
