import { stringify } from "yaml";
import type { Format } from "../formats/format.js";
import { sentFields, unicodeAnswers } from "./cloud-answers.js";
import { edgeComment, edgeFolds, requestIdField, type EdgeAnswer, type EdgeFold } from "./edge-answers.js";

/** Writes a contract as Envoy's `local_reply_config`: the errors that Envoy itself answers. */
export const envoy: Format = (contract) => {
  const answers = unicodeAnswers(contract, "envoy");
  const mappers = statusGroups(edgeFolds(contract)).map(([own, filter]) => answerMapper(answers.get(own)!, filter));
  const document = { local_reply_config: { mappers: [grpcMapper, ...mappers] } };
  return `${edgeComment(contract, comment)}\n\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
};

const comment = [
  "Written from the documentation of Envoy 1.38 (read on 30 November 2026), for Envoy 1.27 and later. Untested against a running Envoy.",
  "",
  "It belongs to the configuration of an HttpConnectionManager, beside its route_config. In Istio, an EnvoyFilter merges it there.",
  "The runtime keys fg_errors.status_* are not to be set: Envoy requires one for each comparison.",
  "",
  "Envoy cannot do this:",
  "- Errors of an upstream pass as they are: only Envoy's own replies are mapped.",
  "- A request that Envoy's parser refuses has no path and no id yet: instance and request_id are null there, and X-Request-Id is missing.",
  '- A path with "//" at its start, or a "#", is repeated as it came. preserve_external_request_id: true lets clients choose any id.',
  "- A reply to gRPC is left alone: its clients read grpc-status and grpc-message, which Envoy makes of its own text.",
];

/** Matches requests of gRPC. The first mapper that matches counts, and this one changes nothing. */
const grpcMapper = {
  filter: { header_filter: { header: { name: "content-type", string_match: { prefix: "application/grpc" } } } },
};

/** Lists the filter for each status that leaves: the statuses that are folded one by one, and then all others of a class. */
function statusGroups(folds: readonly EdgeFold[]): readonly (readonly [own: number, filter: object])[] {
  const groups = new Map<number, number[]>();
  for (const { status, own } of folds) if (own !== classStatus(status)) groups.set(own, [...(groups.get(own) ?? []), status]);
  return [
    ...[...groups].map(([own, statuses]) => [own, anyOf(statuses.map((status) => statusFilter("EQ", status)))] as const),
    ...[500, 400].map((status) => [status, statusFilter("GE", status)] as const),
  ];
}

/** Gives the x00 of a status's class, to which most statuses are folded. */
const classStatus = (status: number) => Math.floor(status / 100) * 100;

const anyOf = (filters: readonly object[]) => (filters.length === 1 ? filters[0]! : { or_filter: { filters } });

const statusFilter = (op: "EQ" | "GE", status: number) => ({
  status_code_filter: { comparison: { op, value: { default_value: status, runtime_key: `fg_errors.status_${status}` } } },
});

function answerMapper(answer: EdgeAnswer, filter: object): object {
  const { status, body } = answer;
  const texts = Object.entries(body).map(([name, value]) => [name, variables[name] ?? literal(String(value))] as const);
  return {
    filter,
    status_code: status,
    headers_to_add: [
      headerOption(requestIdField, requestId, "OVERWRITE_IF_EXISTS_OR_ADD"),
      ...sentFields(answer).map(([name, value]) => headerOption(name, literal(value), actions[name] ?? "ADD_IF_ABSENT")),
    ],
    body_format_override: {
      content_type: "application/problem+json",
      json_format: Object.fromEntries(texts),
      formatters: [
        {
          name: "envoy.formatter.req_without_query",
          typed_config: { "@type": "type.googleapis.com/envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery" },
        },
      ],
    },
  };
}

const requestId = "%REQ(X-REQUEST-ID)%";

/** Maps a member to what Envoy puts in, as JSON. In a body the status is the new one, and a number. */
const variables: Readonly<Record<string, string>> = {
  status: "%RESPONSE_CODE%",
  instance: "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  request_id: requestId,
};

/** Names the fields that replace one that is there. A challenge that a filter of Envoy has set stays. */
const actions: Readonly<Record<string, string>> = {
  "cache-control": "OVERWRITE_IF_EXISTS_OR_ADD",
  "x-content-type-options": "OVERWRITE_IF_EXISTS_OR_ADD",
};

const headerOption = (key: string, value: string, action: string) => ({ header: { key, value }, append_action: action });

/** Quotes a text: "%" begins a command. */
const literal = (text: string) => text.replaceAll("%", "%%");
