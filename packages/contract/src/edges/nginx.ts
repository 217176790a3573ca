import type { Format } from "../formats/format.js";
import { edgeAnswers, edgeBody, edgeComment, edgeFolds, unquotable, type EdgeAnswer, type EdgeFold } from "./edge-answers.js";
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
  "For nginx 1.19 and later; tested with 1.22.1.",
  "",
  "Include it at the start of every server {}, the default server above all, since malformed requests arrive there:",
  "",
  "    server {",
  "        include fg-errors.conf;",
  "        …",
  "    }",
  "",
  "proxy_set_header lines of http {} have to be repeated in server {} or in the location, since this file has one. A location with error_page,",
  "add_header, proxy_set_header or proxy_intercept_errors lines of its own does not inherit those of this file.",
  "For FastCGI, uwsgi, SCGI and gRPC, add fastcgi_intercept_errors on, and so on.",
  "A service that answers by the contract itself gets a location with proxy_intercept_errors off: its answers pass as they are.",
  "Files that match fg-errors.d/*.conf, beside nginx.conf, may have further add_header lines for error responses.",
  "",
  "nginx cannot do this:",
  "- A request that does not arrive in time (408) is closed without an answer, and so is one that an upstream answers with 444.",
  "- An upstream's status 499, or above 599, passes as it came, and so does a reply that is no HTTP (as HTTP/0.9).",
  "- A failure behind a success passes, and a reply that breaks off is cut.",
  "- Header fields of an upstream's error are lost, but for those that are listed below, Set-Cookie among them.",
  "- If the contract folds an upstream's 401, its WWW-Authenticate leaves with the other status.",
  "- Over HTTP/2, a header field that is too large ends the stream.",
];

/** Lists the statuses that nginx takes for no error page: it has the first for clients that have left. */
const refusedStatuses: ReadonlySet<number> = new Set([499]);

function errorPages(folds: readonly EdgeFold[]): readonly string[] {
  const groups = new Map<string, number[]>();
  for (const { status, own, upstream } of folds) {
    if (refusedStatuses.has(status)) continue;
    const uri = `/.fg-errors/${own}-${upstream}`;
    groups.set(uri, [...(groups.get(uri) ?? []), status]);
  }
  return [...groups].map(([uri, statuses]) => `error_page ${statuses.join(" ")} = ${uri};`);
}

const locationLines = [
  "internal;",
  "types { application/json json; }",
  "default_type application/problem+json;",
  "charset off;",
  "gzip off;",
  "etag off;",
];

/** Names the fields of an upstream's error that a client needs to read it, or to know when to ask again. */
const passedFields = [
  "Access-Control-Allow-Credentials",
  "Access-Control-Allow-Origin",
  "Access-Control-Expose-Headers",
  "RateLimit",
  "RateLimit-Policy",
  "Vary",
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
