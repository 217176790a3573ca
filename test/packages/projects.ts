// Sources of projects that use the packages and export what they build: TypeScript has to name each type in their declarations.
import { readFileSync } from "node:fs";
import { packageNames } from "../repo/sources.js";

/** What a project may export of each adapter, whose types TypeScript then has to name. */
const common = `
export const contract = extendContract(functionGraph, { 429: { title: "Too Many Requests", description: "Slow down." } });
export class StockError extends Error { left = 1; }
export const shop = defineContract(functionGraph, { service: "SHOP", types: "https://e.example/", problems: {
  outOfStock: { status: 409, title: "Out of stock", detail: "Only {left, number} of {sku} are left.", from: StockError },
  refused: { status: 403, title: "Refused", detail: "No." },
} });
export const stock = () => shop.problems.outOfStock({ sku: "A-1", left: 2 });
export const left = (error: unknown): number => (shop.problems.outOfStock.is(error) ? error.extensions.left : 0);
// @ts-expect-error: a member is missing
export const unstocked = () => shop.problems.outOfStock({ sku: "A-1" });
// @ts-expect-error: there is no such problem
export const nothing = () => shop.problems.outOfStok();
export const refused = shop.problems.refused();
export const cart = defineContract(shop, { service: "CART", types: "urn:example:cart:", problems: {} });
export const missing = () => problem(404, "No such order", { errors: [{ pointer: "#/id", detail: "Unknown." }] });
export const options = { contract: shop, onError: (problem: Problem, context: ProblemContext) => void [problem, context] } satisfies ResponderOptions;
export const codes = explainCode("FSS.0404");
export const orders = () => upstream(fetch("http://orders.internal"));
export type All = [Contract, StatusRow, Fold, Facts, FieldError, Finding, Circumstances, Origin, ProblemErrorOptions, ProblemChange, Renderer, Content, RenderContext, DocumentedCode, ProxyErrorType, ProblemBody, CatalogueRow, DefinedContract<unknown>, ProblemFactory<object>, ProblemRow];
`;

const gateway = `
export const proxy = fgProxy(options, {
  proxyReq(outgoing, request, response) { outgoing.setHeader("x", request.method ?? response.statusCode); },
  proxyRes(reply, request) { request.headers.via = String(reply.statusCode); },
  error: (error) => void error.message,
});
// @ts-expect-error: there is no such event
export const misspelt = fgProxy({}, { proxyRequest() {} });
export const server = guardServer(createServer(), { ...options, maxInFlight: 1000 });
export const stop = () => drain(server, { timeout: 1000 });
export const asked = (request: IncomingMessage) => upstreamRequest(request);
export const invoked = fromInvocation({ statusCode: 200, body: "" });
export const inFront = fgResponses(options);
export const html = browsers("problem", { words: { fr: { status: "Statut" } satisfies Partial<PageWords> } });
export type More = [ProxyHandlers, ProxyEventHandlers, GuardOptions, DrainOptions, BrowserRenderer, RelayOptions, UpstreamOptions, UpstreamRequest, Reply];
export default fgErrors(options);
`;

const names = {
  common: [
    "defineContract",
    "extendContract",
    "functionGraph",
    "problem",
    "explainCode",
    "upstream",
    "fgErrors",
    "type Problem",
    "type ProblemContext",
    "type ResponderOptions",
    "type Circumstances",
    "type Contract",
    "type Finding",
    "type StatusRow",
    "type Fold",
    "type Facts",
    "type FieldError",
    "type Origin",
    "type ProblemErrorOptions",
    "type ProblemChange",
    "type Renderer",
    "type Content",
    "type RenderContext",
    "type DocumentedCode",
    "type ProxyErrorType",
    "type ProblemBody",
    "type CatalogueRow",
    "type DefinedContract",
    "type ProblemFactory",
    "type ProblemRow",
  ],
  gateway: [
    "fgProxy",
    "guardServer",
    "drain",
    "upstreamRequest",
    "fromInvocation",
    "fgResponses",
    "browsers",
    "type BrowserRenderer",
    "type PageWords",
    "type ProxyHandlers",
    "type ProxyEventHandlers",
    "type GuardOptions",
    "type DrainOptions",
    "type RelayOptions",
    "type UpstreamOptions",
    "type UpstreamRequest",
    "type Reply",
  ],
};

const project = (adapter: string) =>
  adapter === "functiongraph"
    ? `import { ${names.common.join(", ")} } from "@fg-errors/functiongraph";${common}
export const handler = fgErrors(async () => ({ statusCode: 200, body: "" }), options);`
    : `import { createServer, type IncomingMessage } from "node:http";
import { ${[...names.common, ...names.gateway].join(", ")} } from "@fg-errors/${adapter}";${common}${gateway}`;

/** What a project may export of the client, in a browser and in Node. */
const clientProject = `import { createGuards, problemFrom, readProblem, retryDelay, type FieldError, type Guards, type Problem, type ProblemBody, type ProblemTable, type ProblemTableRow, type ReadOptions, type RetryOptions } from "@fg-errors/client";
export const table = { outOfStock: { code: "SHOP.1001", status: 409, retry: "never", members: { left: "number", sku: "string" } } } as const;
export const is = createGuards(table);
export const read = async (response: Response) => (await readProblem(response, { timeout: 1000 })) ?? problemFrom(new Error("none"));
export const left = (problem: Problem | undefined): number => (is.outOfStock(problem) ? problem.extensions.left : 0);
export const delay = (problem: Problem) => retryDelay(problem, { method: "PUT", attempt: 2, problems: table });
// @ts-expect-error: the member is a text
export const sku = (problem: Problem): number => (is.outOfStock(problem) ? problem.extensions.sku : 0);
// @ts-expect-error: there is no such row
export const misspelt = is.outOfStok;
export type All = [FieldError, Guards<typeof table>, ProblemBody, ProblemTable, ProblemTableRow, ReadOptions, RetryOptions];
`;

/** What a project may export of the pages, and how it mounts them. */
const pagesProject = `import { functionGraph } from "@fg-errors/express";
import { problemPages, renderPages, type PageFile, type PagesHandler, type ProblemPagesOptions } from "@fg-errors/contract/pages";
import type { Application } from "express";
import type Koa from "koa";
export const pages = problemPages(functionGraph);
export const files = renderPages(functionGraph);
export const mountExpress = (app: Application) => app.use("/problems", pages).get("/problems", problemPages(functionGraph));
export const mountKoa = (app: Koa) => app.use(problemPages(functionGraph, { prefix: "/problems" }));
// @ts-expect-error: there is no such option
export const misspelt = problemPages(functionGraph, { path: "/problems" });
export type All = [PageFile, PagesHandler, ProblemPagesOptions];
`;

/** What a project may export of telemetry, which has neither of the libraries that telemetry takes. */
const telemetryProject = `import { onProblem, openTelemetry, prometheus, serializeCause, serializeProblem, type Contract, type ExceptionSignal, type FieldError, type LogsApi, type OpenTelemetryApi, type OpenTelemetryContext, type OpenTelemetryOptions, type OpenTelemetrySpan, type Problem, type ProblemContext, type ProblemMessage, type PrometheusClient, type PrometheusOptions, type PrometheusRegistry, type SerializedCause, type SerializedProblem } from "@fg-errors/telemetry";
export const stop = onProblem(({ problem, context }) => void [problem.status, context.requestId]);
export const problemOf = (message: ProblemMessage) => message.problem;
export const contextOf = (message: ProblemMessage) => message.context;
export const record = (problem: Problem) => serializeProblem(problem);
export const errors = (problem: Problem) => serializeProblem(problem).errors;
export const cause = serializeCause(new Error("x"));
export const start = (api: OpenTelemetryApi, options: OpenTelemetryOptions) => openTelemetry(api, options);
export const count = (client: PrometheusClient, options: PrometheusOptions) => prometheus(client, options);
// @ts-expect-error: there is no such signal
export const misspelt: OpenTelemetryOptions = { exceptions: "log" };
export type All = [Contract, ExceptionSignal, FieldError, LogsApi, OpenTelemetryContext, OpenTelemetrySpan, ProblemContext, PrometheusRegistry, SerializedCause, SerializedProblem];
`;

/** The same with the real libraries. */
const observedProject = `import * as api from "@opentelemetry/api";
import { logs } from "@opentelemetry/api-logs";
import * as client from "prom-client";
import byDefault from "prom-client";
import { openTelemetry, prometheus } from "@fg-errors/telemetry";
export const registry = new client.Registry();
const openMetrics = new client.Registry<client.OpenMetricsContentType>();
export const stops = [
  openTelemetry(api, { logs, exceptions: "logs", span: () => api.trace.getActiveSpan() }),
  prometheus(client, { registry }), prometheus(client, { registry: openMetrics }), prometheus(byDefault),
];
// @ts-expect-error: that is no registry
export const wrong = prometheus(client, { registry: client });
`;

/** Every module of the packages that a project installs. */
const modules = packageNames
  .filter((name) => name !== "core")
  .flatMap((name) => {
    const { exports } = JSON.parse(readFileSync(new URL(`../../packages/${name}/package.json`, import.meta.url), "utf8")) as {
      exports: object;
    };
    const paths = Object.keys(exports).filter((path) => !path.endsWith(".json"));
    return paths.map((path) => `@fg-errors/${name}${path.slice(1)}`);
  });

/** Maps each project to its source, and to its compiler options besides those of the resolution. */
export const projects: Readonly<Record<string, { readonly source: string; readonly options?: object }>> = {
  express: { source: project("express") },
  koa: { source: project("koa") },
  functiongraph: { source: project("functiongraph") },
  client: { source: clientProject },
  "client-browser": { source: clientProject, options: { lib: ["es2022", "dom"], types: [] } },
  pages: { source: pagesProject, options: { esModuleInterop: true } },
  telemetry: { source: telemetryProject },
  "every-module": { source: modules.map((name, at) => `export * as module${at} from "${name}";\n`).join("") },
};

/** The same for projects that have the libraries that telemetry takes. */
export const observed: typeof projects = { observed: { source: observedProject, options: { esModuleInterop: true } } };
