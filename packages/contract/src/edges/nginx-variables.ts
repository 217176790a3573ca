/** Matches a request id (see `isRequestId()` of core). */
const idForm = '"^[A-Za-z0-9._-]{1,128}$"';

/** Lists what a server does before anything else: it chooses the id of each request. */
export const serverLines = [
  "# The client's request id if it is valid, else nginx's own.",
  "set $fg_errors_request_id $request_id;",
  'if ($http_traceparent ~ "^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)") { set $fg_errors_request_id $1; }',
  `if ($http_x_cff_request_id ~ ${idForm}) { set $fg_errors_request_id $http_x_cff_request_id; }`,
  `if ($http_x_request_id ~ ${idForm}) { set $fg_errors_request_id $http_x_request_id; }`,
  "# rewrite, return and if of this server are not applied to an error.",
  'if ($uri ~ "^/\\.fg-errors/") { break; }',
  "",
  "proxy_intercept_errors on;",
  "recursive_error_pages on; # the content of the request may turn out to be malformed while it is discarded for an error",
  "proxy_set_header X-Request-Id $fg_errors_request_id;",
  "# A status goes where the URI says: nginx's own, and one that an upstream answered.",
];

/** Matches the seconds or the date of a Retry-After (RFC 9110 section 10.2.3). */
const retryForm = '"^(?:\\d{1,9}|[A-Z][a-z][a-z], \\d\\d [A-Z][a-z][a-z] \\d{4} \\d\\d:\\d\\d:\\d\\d GMT)$"';

/** Matches a path that JSON and a URI reference can have as it is, and gives at most 2000 characters of it, not cut within an encoded one. */
const pathForm = (start: string, more: number) =>
  `"^(?=/[A-Za-z0-9._~!$&'()*+,;=:@/%-]*+(?:[?#]|$))(?![^?#]*%(?![0-9A-Fa-f]{2}))(?<fg_errors_path>${start}[A-Za-z0-9._~!$&'()*+,;=:@/%-]{0,${more}}(?<!%)(?<!%[0-9A-Fa-f]))"`;

/** Lists what the location of error responses finds out about the request and the upstream's reply. */
export const variableLines = [
  "",
  "set $fg_errors_status 500;",
  'if ($uri ~ "/(\\d+)-\\d+$") { set $fg_errors_status $1; }',
  'set $fg_errors_received "$upstream_status$uri";',
  'if ($fg_errors_received ~ "^\\d.*-(\\d+)$") { set $fg_errors_status $1; }',
  "",
  "# The path without its query; / where it cannot be part of a body as it is.",
  'set $fg_errors_instance "/";',
  `if ($request_uri ~ ${pathForm("/(?!/)", 1999)}) { set $fg_errors_instance $fg_errors_path; }`,
  `if ($request_uri ~ ${pathForm("//", 1996)}) { set $fg_errors_instance /.$fg_errors_path; }`,
  "",
  "# The most specific media range that Accept has decides.",
  ...mediaTypeLines(),
  "",
  'set $fg_errors_retry_after "";',
  `if ($upstream_http_retry_after ~ ${retryForm}) { set $fg_errors_retry_after $upstream_http_retry_after; }`,
  "",
  "# A challenge that nginx has set by itself, its own or the upstream's, is not repeated.",
  "set $fg_errors_challenge Bearer;",
  'if ($sent_http_www_authenticate) { set $fg_errors_challenge ""; }',
  "",
  "# nginx itself refuses methods other than these for files, and TRACE and CONNECT for everything. An empty Allow needs a blank, or in HTTP/2 a comma.",
  'set $fg_errors_methods "GET, HEAD";',
  'set $fg_errors_unknown " ";',
  'if ($server_protocol ~ "^HTTP/[23]") { set $fg_errors_unknown ","; }',
  'if ($request ~ "^(?:TRACE|CONNECT) ") { set $fg_errors_methods $fg_errors_unknown; }',
  "if ($upstream_status) { set $fg_errors_methods $fg_errors_unknown; }",
  'if ($upstream_http_allow ~ "^[\\w!#$%&\'*+.^`|~, -]+$") { set $fg_errors_methods $upstream_http_allow; }',
  "",
];

function mediaTypeLines(): readonly string[] {
  const refused = "[^,]*;\\s*q=0(?:\\.0{0,3})?\\s*(?:[;,]|$)";
  const ranges = [
    ["\\*/\\*", "json", "problem"],
    ["application/\\*", "json", "problem"],
    ["application/json", "json"],
    ["application/problem\\+json", "problem"],
  ] as const;
  const lines = ranges.flatMap(([range, ...types]) => {
    const assign = (value: number) => types.map((type) => `set $fg_errors_${type} ${value};`).join(" ");
    const start = `(?:^|,)\\s*${range}\\s*`;
    return [
      `if ($http_accept ~* "${start}(?:[;,]|$)") { ${assign(1)} }`,
      `if ($http_accept ~* "${start}(?=;)${refused}") { ${assign(0)} }`,
    ];
  });
  return [
    "set $fg_errors_json 0;",
    "set $fg_errors_problem 0;",
    ...lines,
    'set $fg_errors_types "$fg_errors_json$fg_errors_problem";',
    "if ($fg_errors_types = 10) { rewrite ^ /.fg-errors/problem.json; }",
  ];
}
