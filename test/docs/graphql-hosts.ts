// The GraphQL servers of docs/hosts.md, evaluated as they stand with the real libraries.
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import type { ApolloServer } from "@apollo/server";
import { problem, type ResponderOptions } from "@fg-errors/core";
import { evaluateAsync } from "./evaluate.js";
import { block } from "./markdown.js";
import { orders, page } from "./other-hosts.js";

/** Loads the libraries as CommonJS: all of them share one copy of graphql then, and the test runner loads a second one. */
const require = createRequire(import.meta.url);
const graphql = require("graphql") as typeof import("graphql");
const apollo = require("@apollo/server") as typeof import("@apollo/server");
const expressIntegration = require("@as-integrations/express5") as typeof import("@as-integrations/express5");
const yoga = require("graphql-yoga") as typeof import("graphql-yoga");
const { useCSRFPrevention } =
  require("@graphql-yoga/plugin-csrf-prevention") as typeof import("@graphql-yoga/plugin-csrf-prevention");
const { usePersistedOperations } =
  require("@graphql-yoga/plugin-persisted-operations") as typeof import("@graphql-yoga/plugin-persisted-operations");

const typeDefs = `
  type Query { order(id: String!): Order }
  type Mutation { place(id: String!): Order }
  type Order { id: String!, left: Int! }
`;

const resolvers = {
  Query: {
    order(_source: unknown, { id }: { id: string }) {
      if (id === "graphql") throw new graphql.GraphQLError("Not for you.", { extensions: { code: "FORBIDDEN" } });
      return orders.find(id);
    },
  },
  Mutation: { place: (_source: unknown, { id }: { id: string }) => ({ id }) },
  Order: {
    left({ id }: { id: string }) {
      if (id === "broken") throw new Error("s3cr3t");
      return 2;
    },
  },
};

/** Is what an application makes for each request: it fails as the request says. */
function contextOf(authorization: string | null | undefined): object {
  if (authorization === "none") throw problem(401, "Log in first.");
  if (authorization === "bug") throw new Error("s3cr3t");
  if (authorization === "text") throw "s3cr3t"; // oxlint-disable-line no-throw-literal, only-throw-error -- as some libraries do
  if (authorization === "graphql")
    throw new graphql.GraphQLError("s3cr3t", { extensions: { code: "UNAUTHENTICATED", http: { status: 401 } } });
  return {};
}

export interface GraphQLHost {
  readonly name: string;
  readonly start: (options: ResponderOptions) => Promise<{ readonly server: Server; readonly close?: () => unknown }>;
  /** The methods of a request that is neither GET nor POST. */
  readonly allow: string;
  /** The status of a request that could be forged. */
  readonly forged: number;
}

export const graphqlHosts: readonly GraphQLHost[] = [
  { name: "yoga", start: startYoga, allow: "GET, POST", forged: 403 },
  { name: "apollo", start: startApollo, allow: "HEAD, GET, POST, OPTIONS", forged: 400 },
];

async function startYoga(options: ResponderOptions) {
  const scope = {
    options,
    schema: yoga.createSchema({ typeDefs, resolvers }),
    context: ({ request }: { request: Request }) => contextOf(request.headers.get("authorization")),
    plugins: [
      useCSRFPrevention({ requestHeaders: ["apollo-require-preflight"] }),
      usePersistedOperations({ getPersistedOperation: () => null, allowArbitraryOperations: true }),
    ],
  };
  const quiet = { ...yoga, createYoga: (given: object) => yoga.createYoga({ ...given, logging: false }) };
  const modules = { graphql, "graphql-yoga": quiet, "node:http": { createServer } };
  return { server: (await evaluateAsync(block(page, "example: yoga"), "server", scope, modules)) as Server };
}

async function startApollo(options: ResponderOptions) {
  const context = async ({ req }: { req: { headers: { authorization?: string } } }) => contextOf(req.headers.authorization);
  const modules = { graphql, "@apollo/server": apollo, "@as-integrations/express5": expressIntegration };
  const example = block(page, "example: apollo");
  const [app, server] = (await evaluateAsync(example, "[app, server]", { options, context, typeDefs, resolvers }, modules)) as [
    never,
    ApolloServer,
  ];
  return { server: createServer(app), close: () => server.stop() };
}
