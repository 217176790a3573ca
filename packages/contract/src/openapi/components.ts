import type { CatalogueRow, Contract } from "@fg-errors/core";
import { exampleOfRow, exampleOfStatus } from "../samples.js";
import { generatedBy, generatedMark } from "./generated.js";
import { componentRef, errorStatuses, problemSchemas, schemaName } from "./schemas.js";
import type { OpenApiVersion } from "./version.js";

/**
 * Groups the components of an OpenAPI document by kind and name.
 * @example const { schemas, responses, headers }: Components = openApiComponents(shop, "3.1");
 */
export type Components = Readonly<Record<"schemas" | "responses" | "headers", Readonly<Record<string, object>>>>;

/** Lists the media types of a body: a client whose Accept names JSON alone gets the same bytes as application/json. */
const mediaTypes = ["application/problem+json", "application/json"];

/**
 * Writes a contract as OpenAPI components: a response for each status, and `Problem` for any failure.
 * @param version of OpenAPI: "3.0", "3.1" or "3.2"
 * @example openApiComponents(shop, "3.1").responses["Problem404"]
 */
export function openApiComponents(contract: Contract, version: OpenApiVersion): Components {
  const rows = Object.values(contract.problems ?? {});
  const responses = errorStatuses(contract).map(
    (status) =>
      [
        responseName(status),
        statusResponse(
          contract,
          status,
          rows.filter((row) => row.status === status),
        ),
      ] as const,
  );
  return {
    schemas: marked(problemSchemas(contract, version)),
    responses: marked({ ...Object.fromEntries(responses), Problem: anyFailure(contract) }),
    headers: marked(headers),
  };
}

const marked = (components: Readonly<Record<string, object>>) =>
  Object.fromEntries(
    Object.entries(components).map(([name, component]) => [name, { ...component, [generatedMark]: generatedBy }]),
  );

/** Names the response of a status. */
export const responseName = (status: number) => `Problem${status}`;

function statusResponse(contract: Contract, status: number, rows: readonly CatalogueRow[]): object {
  const { title, description } = contract.statuses[status]!;
  const generic = componentRef("schemas", "Problem");
  const schema =
    rows.length === 0 ? generic : { anyOf: [...rows.map((row) => componentRef("schemas", schemaName(row))), generic] };
  const examples = Object.fromEntries([
    ["generic", { summary: title, value: exampleOfStatus(contract, status) }],
    ...rows.flatMap((row) => {
      const value = exampleOfRow(contract, row);
      return value ? [[row.key, { summary: row.title, value }] as const] : [];
    }),
  ]);
  return {
    description: `${title}. ${description}`,
    headers: headerRefs(status, rows),
    content: Object.fromEntries(mediaTypes.map((type) => [type, { schema, examples }])),
  };
}

function anyFailure(contract: Contract): object {
  const rows = Object.values(contract.problems ?? {});
  const generic = componentRef("schemas", "Problem");
  return {
    description: "Any other failure.",
    headers: headerRefs(500, rows),
    content: Object.fromEntries(
      mediaTypes.map((type) => [type, { schema: generic, examples: { generic: { value: exampleOfStatus(contract, 500) } } }]),
    ),
  };
}

/** Maps header fields to the component that describes them, with the statuses that have them; any status where there are none. */
const headerRules: readonly (readonly [field: string, component: string, statuses?: readonly number[]])[] = [
  ["X-Request-Id", "RequestId"],
  ["WWW-Authenticate", "Challenge", [401]],
  ["Proxy-Authenticate", "Challenge", [407]],
  ["Allow", "Allow", [405]],
  ["Retry-After", "RetryAfter", [413, 429, 503]],
];

function headerRefs(status: number, rows: readonly CatalogueRow[]): object {
  const mayRetry = rows.some(({ retryAfter }) => retryAfter !== undefined);
  const rules = headerRules.filter(
    ([field, , statuses]) => !statuses || statuses.includes(status) || (field === "Retry-After" && mayRetry),
  );
  return Object.fromEntries(rules.map(([field, component]) => [field, componentRef("headers", component)]));
}

const headers: Components["headers"] = {
  RequestId: {
    description: "The request's id; the same as request_id.",
    schema: { type: "string", pattern: "^[A-Za-z0-9._-]{1,128}$" },
  },
  RetryAfter: {
    description: "Seconds, or a date, until the request may be sent again (RFC 9110 section 10.2.3).",
    schema: { type: "string" },
  },
  Challenge: {
    description: "Credentials that are needed (RFC 9110 section 11.6.1).",
    schema: { type: "string" },
  },
  Allow: {
    description: "Methods that this address takes (RFC 9110 section 10.2.1).",
    schema: { type: "string" },
  },
};

/** Picks the components that a part of a document refers to, and those that they refer to. */
export function referredComponents(components: Components, part: unknown): Components {
  const found = new Set<string>();
  const search = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (name === "$ref" && typeof inner === "string") follow(inner);
      else search(inner);
    }
  };
  const follow = (ref: string) => {
    const [, kind, name] = /^#\/components\/(\w+)\/([^/]+)/.exec(ref) ?? [];
    const target = components[kind as keyof Components]?.[name!];
    if (target === undefined || found.has(ref)) return;
    found.add(ref);
    search(target);
  };
  search(part);
  const pick = (kind: keyof Components) =>
    Object.fromEntries(Object.entries(components[kind]).filter(([name]) => found.has(`#/components/${kind}/${name}`)));
  return { schemas: pick("schemas"), responses: pick("responses"), headers: pick("headers") };
}
