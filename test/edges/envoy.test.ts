// The contract in Envoy's own replies: checked by the form that its API documents, and read as Envoy does.
import { functionGraph, type Contract } from "@fg-errors/core";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { edgeFolds } from "../../packages/contract/src/edges/edge-answers.js";
import { assertAnswer, brokenText, edgeContracts, sampleId, write } from "./edge-contracts.js";

const text = { type: "string", minLength: 1 };
const record = (properties: Readonly<Record<string, object>>, required: readonly string[] = Object.keys(properties)) => ({
  type: "object",
  required,
  additionalProperties: false,
  properties,
});

/**
 * Describes what is used of LocalReplyConfig, ResponseMapper, AccessLogFilter, HeaderValueOption and SubstitutionFormatString (Envoy's API
 * v3), with the rules of their validation.
 */
const validate = new Ajv2020().compile({
  ...record({ local_reply_config: record({ mappers: { type: "array", items: { $ref: "#/$defs/mapper" } } }) }),
  $defs: {
    mapper: record(
      {
        filter: { $ref: "#/$defs/filter" },
        status_code: { type: "integer", minimum: 200, exclusiveMaximum: 600 },
        headers_to_add: { type: "array", maxItems: 1000, items: { $ref: "#/$defs/header" } },
        body_format_override: { $ref: "#/$defs/format" },
      },
      ["filter"],
    ),
    filter: {
      oneOf: [
        record({
          status_code_filter: record({
            comparison: record({
              op: { enum: ["EQ", "GE", "LE"] },
              value: record({ default_value: { type: "integer", minimum: 0 }, runtime_key: text }),
            }),
          }),
        }),
        record({ or_filter: record({ filters: { type: "array", minItems: 2, items: { $ref: "#/$defs/filter" } } }) }),
        record({ header_filter: record({ header: record({ name: text, string_match: record({ prefix: text }) }) }) }),
      ],
    },
    header: record({
      header: record({ key: { ...text, maxLength: 16_384, pattern: "^[a-z0-9-]+$" }, value: { ...text, maxLength: 16_384 } }),
      append_action: { enum: ["APPEND_IF_EXISTS_OR_ADD", "ADD_IF_ABSENT", "OVERWRITE_IF_EXISTS_OR_ADD", "OVERWRITE_IF_EXISTS"] },
    }),
    format: record({
      content_type: text,
      json_format: { type: "object", additionalProperties: { type: "string" } },
      formatters: { type: "array", items: record({ name: text, typed_config: { type: "object", required: ["@type"] } }) },
    }),
  },
});

interface Filter {
  readonly status_code_filter?: {
    readonly comparison: { readonly op: string; readonly value: { readonly default_value: number } };
  };
  readonly or_filter?: { readonly filters: readonly Filter[] };
  readonly header_filter?: { readonly header: { readonly name: string; readonly string_match: { readonly prefix: string } } };
}

interface Mapper {
  readonly filter: Filter;
  readonly status_code?: number;
  readonly headers_to_add?: readonly {
    readonly header: { readonly key: string; readonly value: string };
    readonly append_action: string;
  }[];
  readonly body_format_override?: { readonly content_type: string; readonly json_format: Readonly<Record<string, string>> };
}

const mappersOf = (contract: Contract) =>
  (parse(write("envoy", contract)) as { local_reply_config: { mappers: readonly Mapper[] } }).local_reply_config.mappers;

/** Whether a filter matches, as Envoy evaluates it. */
function matches(
  { status_code_filter: code, or_filter: or, header_filter: field }: Filter,
  status: number,
  type: string,
): boolean {
  if (or) return or.filters.some((filter) => matches(filter, status, type));
  if (field) return type.startsWith(field.header.string_match.prefix);
  const { op, value } = code!.comparison;
  return op === "EQ" ? status === value.default_value : status >= value.default_value;
}

/** Replaces the commands of a format. Envoy refuses what it does not know, and so does this. */
function substitute(format: string, commands: Readonly<Record<string, unknown>>): unknown {
  if (Object.hasOwn(commands, format)) return commands[format];
  return format.replace(/%%|%/g, (found) => {
    if (found === "%%") return "%";
    throw new Error(`"${format}" has a "%" that begins no command`);
  });
}

/** Gives what Envoy sends in place of its reply; undefined for its own text. */
function replyOf(mappers: readonly Mapper[], status: number, type = "application/json") {
  const mapper = mappers.find(({ filter }) => matches(filter, status, type));
  if (mapper?.status_code === undefined) return undefined;
  const commands = {
    "%RESPONSE_CODE%": mapper.status_code,
    "%REQ(X-REQUEST-ID)%": sampleId,
    "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%": "/orders/17",
  };
  const format = mapper.body_format_override!;
  const fields = mapper.headers_to_add!.map(({ header }) => [header.key, String(substitute(header.value, commands))] as const);
  const members = Object.entries(format.json_format).map(([name, value]) => [name, substitute(value, commands)] as const);
  return {
    status: mapper.status_code,
    body: Object.fromEntries(members),
    fields: { ...Object.fromEntries(fields), "content-type": format.content_type },
  };
}

describe.each(edgeContracts)("%s", (_kind, contract) => {
  it("is configuration by Envoy's API", () => {
    expect([validate(parse(write("envoy", contract))), validate.errors]).toEqual([true, null]);
  });

  it("maps each error status to an answer that keeps the contract", () => {
    const mappers = mappersOf(contract);
    const replies = edgeFolds(contract).map(({ status, own }) => ({ status, own, reply: replyOf(mappers, status)! }));
    expect(replies.map(({ reply }) => reply.status)).toEqual(replies.map(({ own }) => own));
    const first = new Map(replies.toReversed().map((each) => [each.own, each]));
    for (const { status, reply } of first.values()) assertAnswer(contract, status, reply, "/orders/17");
    for (const { own, reply } of replies) expect(reply).toEqual(first.get(own)!.reply);
  });

  it("leaves successes, redirects and replies to gRPC alone", () => {
    const mappers = mappersOf(contract);
    for (const status of [200, 204, 301, 399]) expect(replyOf(mappers, status)).toBeUndefined();
    for (const type of ["application/grpc", "application/grpc+proto"]) expect(replyOf(mappers, 503, type)).toBeUndefined();
  });

  it("says that it is untested, when and from what it was written", () => {
    const head = write("envoy", contract).split("\n\n")[0]!;
    expect(head.split("\n").every((line) => line.startsWith("#"))).toBe(true);
    expect(head).toMatch(/documentation of Envoy [\d.]+ \(read on \d+ \w+ 20\d\d\), .* Untested against a running Envoy\.\n/);
  });
});

it("a challenge that a filter of Envoy has set stays, and other fields are replaced", () => {
  const unauthorized = mappersOf(functionGraph).find(({ status_code: status }) => status === 401)!;
  const actions = unauthorized.headers_to_add!.map(({ header, append_action: action }) => [header.key, action]);
  expect(Object.fromEntries(actions)).toEqual({
    "x-request-id": "OVERWRITE_IF_EXISTS_OR_ADD",
    "cache-control": "OVERWRITE_IF_EXISTS_OR_ADD",
    "x-content-type-options": "OVERWRITE_IF_EXISTS_OR_ADD",
    "www-authenticate": "ADD_IF_ABSENT",
  });
});

it("a text that is no Unicode is refused", () => {
  expect(() => write("envoy", brokenText("title"))).toThrow(/^envoy cannot quote a text of status 429, "Broken \\ud83d": /);
});
