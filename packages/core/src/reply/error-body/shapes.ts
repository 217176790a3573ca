import { read, readText } from "../../util/safe-read.js";

/** Describes one shape of an error body: how to recognise it, and where its parts are. Paths are as in path.ts, the most specific first. */
export interface Shape {
  readonly knows: (body: unknown) => boolean;
  readonly words: readonly string[];
  readonly code: readonly string[];
  /** Paths of lists of invalid fields, or of errors. */
  readonly fields: readonly string[];
  /** Paths of the id that the service has given the request. */
  readonly requestId?: readonly string[];
  /** Members that the shape's clients need under their own names. */
  readonly keeps?: readonly string[];
  /** Path of an object with messages by the names of the fields. */
  readonly named?: string;
}

const hasValue = (body: unknown, name: string) => (read(body, name) ?? undefined) !== undefined;

const list = (text: string) => text.split(" ");

/** Describes RFC 9457 and RFC 7807, and ASP.NET's and Spring's dialects of it. Only its `type` has a meaning. */
export const problemDocument: Shape = {
  knows: (body) => hasValue(body, "title") && ["type", "status", "detail"].some((name) => hasValue(body, name)),
  words: list("detail title"),
  code: list("error_code code errorCode"),
  fields: list("errors invalid-params invalidParams violations"),
  named: "errors",
};

/** Lists the shapes that services really send. The first that recognises the body reads it. */
export const shapes: readonly Shape[] = [
  problemDocument,
  {
    // Kubernetes: Status.
    knows: (body) => readText(body, "kind") === "Status",
    words: ["message"],
    code: ["reason"],
    fields: ["details.causes"],
  },
  {
    // Google (AIP-193), Microsoft and OData, Huawei Cloud, Keystone, Stripe, Elasticsearch and many more.
    knows: (body) => typeof (read(body, "error") ?? "") === "object",
    words: list("error.message error.message.value error.reason"),
    code: list("error.details.reason error.status error.code error.type"),
    fields: list("error.details.fieldViolations error.errors error.details"),
    named: "error.errors",
  },
  {
    // GraphQL, where a path is a place in the response.
    knows: (body) =>
      ["locations", "extensions"].some((name) => read(body, "errors", 0, name) !== undefined) ||
      (read(body, "data") !== undefined && readText(body, "errors", 0, "message") !== undefined),
    words: ["errors.message"],
    code: ["errors.extensions.code"],
    fields: [],
  },
  {
    // JSON:API, a list of errors without anything around it; with a message for all of them, express-validator and zod.
    knows: (body) => typeof (read(body, "errors", 0) ?? "") === "object",
    words: list("detail message errors.detail errors.message errors.title"),
    code: list("error_code code errors.code errors.errorCode"),
    fields: ["errors"],
  },
  {
    // OAuth 2.0 (RFC 6749 section 5.2), OpenID Connect; where the description is left out, the code shows that it is one.
    knows: (body) =>
      hasValue(body, "error_description") || /^[a-z]{1,40}(?:_[a-z]{1,40}){1,8}$/.test(readText(body, "error") ?? ""),
    words: list("error_description message"),
    code: ["error"],
    keeps: list("error error_description"),
    fields: [],
  },
  {
    // FunctionGraph and API Gateway (error_code, error_msg); Spring; hapi, Fastify, Nest (message, also a list); AWS (__type), and in XML
    // AWS, Azure, Google, Alibaba Cloud and OBS (Code, Message, RequestId; RequestID of EC2); Twirp, Connect and gRPC-Gateway (code, message); Laravel, Rails (errors by field); FastAPI (detail).
    knows: () => true,
    words: list("detail error_msg errormsg message Message msg errorMessage error title Error.Message Response.Error.Message"),
    code: list("error_code code errorCode errorcode __type Code Error.Code Response.Error.Code"),
    requestId: list("RequestId RequestID Response.RequestId"),
    fields: list("errors violations details detail message"),
    named: "errors",
  },
];
