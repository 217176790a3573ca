import type { Format } from "../formats/format.js";
import {
  edgeAnswers,
  edgeBody,
  edgeComment,
  edgeFolds,
  passedFields,
  unquotable,
  type EdgeAnswer,
  type EdgeFold,
} from "./edge-answers.js";
import { serverLines, variableLines } from "./nginx-variables.js";

/** Writes a contract as nginx configuration: a file to include in each `server {}`. */
export const nginx: Format = (contract) => {
  const answers = edgeAnswers(contract);
  return `${edgeComment(contract, comment)}

${serverLines.join("\n")}
${errorPages(edgeFolds(contract)).join("\n")}

location ^~ /.fg-errors/ {
    ${[...locationLines, ...fieldLines(answers), ...variableLines, ...answers.map(answerLine)].join("\n    ")}
}
`;
};

const comment = [
  "For nginx 1.14 and later; tested with 1.14.2, 1.22.1, 1.26.3 and 1.31.5.",
  "",
  "Include it at the start of every server {}, above all of the default server, since malformed requests arrive there:",
  "",
  "    server {",
  "        listen 80 default_server;",
  "        include fg-errors.conf;",
  "",
  "Its variables begin with $fg_errors_, its location is /.fg-errors/. Files fg-errors.d/*.conf beside nginx.conf may add header fields to errors.",
  "This file has a proxy_set_header, so that those of http {} are not inherited: repeat them in server {}. A location that has error_page,",
  "add_header, proxy_set_header or proxy_intercept_errors of its own does not inherit those of server {}.",
  "A service that answers by this contract gets a location with proxy_intercept_errors off. FastCGI and others need fastcgi_intercept_errors on etc.",
  "",
  "nginx cannot do this:",
  "- answer a request that does not arrive in time (408): it closes the connection",
  "- replace an upstream's 408, 444 or 499, a status that is not from 100 to 599, or a reply that is not HTTP (nginx treats it as HTTP/0.9): they pass unchanged",
  "- replace a failure behind a success; a reply that breaks off is cut",
  "- answer a loop of internal redirects, or any error in a location with error_page of its own: nginx sends its own page",
  '- stop ssi, sub_filter and addition from changing errors, if their types include them, such as *: turn them off in fg-errors.d/, by "ssi off;" for example',
  "- keep header fields of an upstream's error that the location does not list: Set-Cookie is lost, for example",
  "- remove header fields that nginx has set: Content-Range and ETag of a file whose range cannot be satisfied, an upstream's challenge of a 401 that is folded",
  "- answer a request over HTTP/2 with a header field that is too large: it ends the stream",
];

/**
 * Lists the statuses of upstreams that pass as they came. At an error page of 408 or 444 nginx would close the connection without an answer, and it
 * accepts none of 499.
 */
const passedStatuses: ReadonlySet<number> = new Set([408, 444, 499]);

function errorPages(folds: readonly EdgeFold[]): readonly string[] {
  const groups = new Map<string, number[]>();
  for (const { status, own, upstream } of folds) {
    if (passedStatuses.has(status)) continue;
    const uri = `/.fg-errors/${own}-${upstream}`;
    groups.set(uri, [...(groups.get(uri) ?? []), status]);
  }
  return [...groups].map(([uri, statuses]) => `error_page ${statuses.join(" ")} = ${uri};`);
}

const locationLines = [
  "internal;",
  "client_max_body_size 0; # or content that is too large would be refused here once more, over HTTP/2",
  "types { application/json json; }",
  "default_type application/problem+json;",
  "charset off;",
  "gzip off;",
  "etag off;",
];

const variableOf = (name: string) => name.toLowerCase().replaceAll("-", "_");

function fieldLines(answers: readonly EdgeAnswer[]): readonly string[] {
  const [{ fields: common }] = answers as [EdgeAnswer];
  const isCommon = (name: string) => answers.every(({ fields }) => fields[name] === common[name]);
  const names = new Set(answers.flatMap(({ fields }) => Object.keys(fields)));
  return [
    "",
    "add_header X-Request-Id $fg_errors_request_id always;",
    ...[...names].map(
      (name) => `add_header ${name} ${isCommon(name) ? quote(common[name]!) : `$fg_errors_${variableOf(name)}`} always;`,
    ),
    "add_header Retry-After $fg_errors_retry_after always;",
    ...passedFields.map((name) => `add_header ${name} $upstream_http_${variableOf(name)} always;`),
    "include fg-errors.d/*.conf;",
    "",
    ...[...names].filter((name) => !isCommon(name)).map((name) => `set $fg_errors_${variableOf(name)} "";`),
  ];
}

/** Maps a field that some answers have to the variable with its value. Other fields have core's. */
const fieldVariables: Readonly<Record<string, string>> = {
  allow: "$fg_errors_methods",
  "www-authenticate": "$fg_errors_challenge",
};

function answerLine(answer: EdgeAnswer, _index: number, answers: readonly EdgeAnswer[]): string {
  const own = Object.entries(answer.fields).filter(([name]) => answers.some(({ fields }) => fields[name] === undefined));
  const sets = own.map(([name, value]) => `set $fg_errors_${variableOf(name)} ${fieldVariables[name] ?? quote(value)}; `);
  const { status } = answer;
  return `if ($fg_errors_status = ${status}) { ${sets.join("")}return ${status} ${quoteBody(answer)}; }`;
}

function quoteBody(answer: EdgeAnswer): string {
  const syntax = { requestId: "$fg_errors_request_id", instance: "$fg_errors_instance", special: /\$/g };
  const text = quote(edgeBody(answer, syntax));
  if (Buffer.byteLength(text) >= maxTokenOctets)
    throw unquotable("nginx", answer.status, answer.body.detail, `its body would be longer than ${maxTokenOctets} octets`);
  return text;
}

/** Limits the octets of a parameter in a configuration file (NGX_CONF_BUFFER). */
const maxTokenOctets = 4096;

function quote(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
