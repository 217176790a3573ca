import type { Format } from "../formats/format.js";
import { foldedStatus } from "../samples.js";
import { block, foldLines, requiredLines } from "./caddy-blocks.js";
import { relaySnippets } from "./caddy-relay.js";
import {
  commonFields,
  edgeAnswers,
  edgeBody,
  edgeComment,
  edgeFolds,
  headNotes,
  invalidTrace,
  removedFields,
  requestIdField,
  traceForm,
  type EdgeAnswer,
} from "./edge-answers.js";

/** Writes snippets for Caddy: `fg-errors` for a site, `fg-relay` for its reverse proxies, and those that these two import. */
export const caddy: Format = (contract) => {
  const answers = edgeAnswers(contract);
  const folds = edgeFolds(contract).map(({ status, own }) => [status, own] as const);
  const handled = [...thrownLines, ...foldLines("fg_thrown", folds, foldedStatus(contract, 600)), ...answerLines(answers)];
  const snippets = [
    block("(fg-errors)", [...requestLines, ...block("handle_errors", block("route", handled))]),
    ...relaySnippets(contract, answers),
  ];
  return `${edgeComment(contract, caddyNotes)}\n\n${snippets.map((lines) => `${lines.join("\n")}\n`).join("\n")}`;
};

const caddyNotes = `For Caddy 2.6 and later; tested with 2.6.2 (Debian 12).

Import this file at the top of your Caddyfile, "fg-errors" in each site, and "fg-relay" in each reverse_proxy:
    import fg-errors.caddy
    www.example.com {
        import fg-errors
        reverse_proxy localhost:3000 {
            import fg-relay
        }
    }
- A site has one handle_errors: remove your own.
- Caddy answers a request that nothing in the site takes with an empty 200. End the site with: handle { error 404 }
- A service that may be slow needs response_header_timeout in its "transport http".
- {fg_id} is the request's id, for log_append and the like.

Caddy cannot do this:
- A request that the HTTP server of Go refuses reaches no site: a malformed request, a head that is too large, an unknown Expect or
  Transfer-Encoding. It gets a text/plain answer, with statuses outside the contract among them (417, 431, 505), or none.
- A reply that breaks off is ended as if it were complete, if it is chunked. This is so without this file, too.
- The answers of file_server to a wrong Range (416), and of "respond" with a status from 400 on, keep their content.
${headNotes}
- An answer above 2048 octets is sent in chunks, without Content-Length.`.split("\n");

/** Takes what an answer repeats of the request. */
const requestLines = [
  ...block("map {http.request.header.traceparent} {fg_trace}", [`~${invalidTrace} none`, `~${traceForm} \${1}`, "default none"]),
  ...block("map {fg_trace} {fg_trace_id}", ["none {http.request.uuid}", "default {fg_trace}"]),
  ...idLines("x-cff-request-id", "fg_function_id", "fg_trace_id"),
  ...idLines(requestIdField, "fg_id", "fg_function_id"),
  ...block("map {http.request.orig_uri} {fg_path}", [
    "`~^(?:https?://[^/?#]*)?(/|/[A-Za-z0-9._~!$&'()*+,;=:@%-][A-Za-z0-9._~!$&'()*+,;=:@/%-]{0,998})(?:[?].*)?$` ${1}",
    "default /",
  ]),
  `request_header ${requestIdField} {fg_id}`,
];

function idLines(name: string, placeholder: string, otherwise: string): string[] {
  return block(`map {http.request.header.${name}} {${placeholder}}`, [
    "~^([A-Za-z0-9._-]{1,128})$ ${1}",
    `default {${otherwise}}`,
  ]);
}

/** Finds the status that was thrown. Content above the limit of request_body is a 502 to reverse_proxy. */
const thrownLines = block("map {http.error.message} {fg_thrown}", [
  '"~request body too large" 413',
  "default {http.error.status_code}",
]);

/** Writes the answer with the status {fg_status}. Lines with a minus or a question mark count when the answer is sent. */
function answerLines(answers: readonly EdgeAnswer[]): string[] {
  return [
    ...block(
      "map {fg_status} {fg_members}",
      answers.map((answer) => `${answer.status} ${caddyMembers(answer)}`),
    ),
    ...block(
      "header",
      removedFields.map((name) => `-${name}`),
    ),
    ...block("header", [
      "content-type application/problem+json",
      ...commonFields.map((name) => `${name} ${answers[0]!.fields[name]}`),
      `${requestIdField} {fg_id}`,
    ]),
    ...acceptLines("application/json", "fg_json"),
    ...acceptLines("application/problem+json", "fg_problem"),
    '@fg_json expression `{fg_json} == "yes" && {fg_problem} == "no"`',
    "header @fg_json content-type application/json",
    ...requiredLines(answers, "fg_status"),
    "respond `\\{{fg_members}}` {fg_status}", // a brace that begins no placeholder has a backslash before it
  ];
}

/** Writes the members of an answer, without the braces around them. */
function caddyMembers(answer: EdgeAnswer): string {
  const body = edgeBody(answer, { requestId: "{fg_id}", instance: "{fg_path}", special: /[`{}]/g });
  return `\`${body.slice(1, -1)}\``;
}

/** Finds whether Accept takes a type. The first row that matches decides, and so the most specific range. */
function acceptLines(type: string, name: string): string[] {
  const row = (range: string, parameters: string, result: string) =>
    `\`~(?i)(^|,)[ \\t]*${range.replace(/[+*]/g, "[$&]")}[ \\t]*${parameters}(,|$)\` ${result}`;
  const rows = [type, "application/*", "*/*"].flatMap((range) => [
    row(range, "(;[^,]*)?;[ \\t]*q=0([.]0*)?[ \\t]*(;[^,]*)?", "no"),
    row(range, "(;[^,]*)?", "yes"),
  ]);
  return block(`map {http.request.header.accept} {${name}}`, [...rows, "default no"]);
}
