// Names that the examples of doc comments use without declaring them: what a reader knows, such as `app`. With their types.

const core = 'import("@fg-errors/core")';
const node = 'import("node:http")';

/** By the start of the path from packages/ on: the last that fits and has the name counts. */
const names: readonly [path: string, types: Readonly<Record<string, string>>][] = [
  [
    "",
    {
      after: `${core}.Contract`,
      api: 'typeof import("@opentelemetry/api")',
      app: 'import("express").Express',
      before: `${core}.Contract`,
      content: 'import("node:stream").Readable',
      context: 'import("@fg-errors/functiongraph").FunctionContext',
      createError: 'typeof import("http-errors")',
      createProxyMiddleware: 'typeof import("http-proxy-middleware").createProxyMiddleware',
      createServer: `typeof ${node}.createServer`,
      ctx: 'import("koa").Context',
      cut: "(response: object) => void",
      dirname: 'typeof import("node:path").dirname',
      error: "unknown",
      event: 'import("@fg-errors/functiongraph").ApigEvent',
      expect: "{ (value: unknown): { toBeProblem(...expected: object[]): Promise<void> }; extend(matchers: object): void }",
      express: 'typeof import("express")',
      handler: "(event: unknown) => Promise<unknown>",
      http: `typeof ${node}`,
      httpProxy: 'typeof import("http-proxy")',
      IntlMessageFormat: 'typeof import("intl-messageformat").IntlMessageFormat',
      invoke: '(request: unknown) => Promise<import("@fg-errors/core/functiongraph").InvocationResult>',
      log: "(value: unknown) => void",
      logger: 'import("pino").Logger',
      logs: 'typeof import("@opentelemetry/api-logs").logs',
      mkdirSync: 'typeof import("node:fs").mkdirSync',
      name: "string",
      options: `${core}.ResponderOptions`,
      outgoing: `${node}.ClientRequest`,
      pino: 'typeof import("pino").pino',
      pinoHttp: 'typeof import("pino-http").pinoHttp',
      promClient: 'typeof import("prom-client")',
      proxyReq: `(outgoing: ${node}.ClientRequest) => void`,
      Readable: 'typeof import("node:stream").Readable',
      readFileSync: 'typeof import("node:fs").readFileSync',
      request: 'import("express").Request',
      respond: `${core}.Responder`,
      response: 'import("express").Response',
      send: "() => void",
      server: `${node}.Server`,
      shop: `${core}.DefinedContract<{ readonly outOfStock: ${core}.ProblemFactory<{ left: number; sku: string }> }>`,
      signal: "AbortSignal",
      signIn: "() => void",
      statsd: "{ increment(name: string): void }",
      target: "string",
      text: "string",
      thrown: "unknown",
      title: "string",
      url: "string",
      writeFileSync: 'typeof import("node:fs").writeFileSync',
      z: 'typeof import("zod")',
    },
  ],
  [
    "client/",
    {
      problem: 'import("@fg-errors/client").Problem',
      problems: 'import("@fg-errors/client").ProblemTable',
      response: "Response",
    },
  ],
  ["core/src/html/", { problem: `${core}.Problem` }],
  ["core/src/http/header-fields", { reply: "{ headers: Record<string, string>; removeHeader(name: string): void }" }],
  ["core/src/http/is-http2", { response: `${node}.ServerResponse | import("node:http2").Http2ServerResponse` }],
  ["core/src/node/copy-fields", { relayed: "{ headers: Record<string, string> }" }],
  ["core/src/relay/", { reply: `${node}.IncomingMessage` }],
  ["core/src/relay/fetch-response", { app: 'import("hono").Hono' }],
  [
    "core/src/reply/",
    { reply: `${node}.IncomingMessage`, head: "{ readonly status: number; readonly headers: Record<string, string> }" },
  ],
  ["core/src/server/load-shedding", { trackConnections: "(server: object) => never" }],
  ["express/", { layers: "readonly never[]", proxy: 'typeof import("express-http-proxy")' }],
  ["koa/", { app: 'import("koa")', proxy: '(host: string) => import("koa").Middleware' }],
  ["telemetry/", { problem: `${core}.Problem` }],
];

/** Gives the type of a name that the examples of a file may use, as TypeScript; `isOwn` where it is one for this file or package alone. */
export function ambientType(path: string, name: string): { readonly type: string; readonly isOwn: boolean } | undefined {
  const found = names.findLast(([start, types]) => path.startsWith(`packages/${start}`) && Object.hasOwn(types, name));
  return found && { type: found[1][name]!, isOwn: found[0] !== "" };
}
