import { hasMember, isError, isRecord, read, readText } from "../../util/safe-read.js";
import { seekMembers, type ErrorKeys } from "../error-keys.js";
import { addPlaced, mergePlaced, placedAmong, type Placed } from "../placed.js";
import { isBareClientError } from "./call-fault.js";
import {
  isAws2,
  isFetchError,
  isForgedStatus,
  isOctokitError,
  isOfRestifyClient,
  isTransportHead,
  isTransportResponse,
  isUnmeant,
  mailgunFailure,
} from "./kind-checks.js";
import { isReceivedError } from "./received-error.js";

type Path = readonly [key: PropertyKey, inner?: PropertyKey];

/** Describes the errors of one client, or of several that keep the transport's answer at the same place. */
export interface ClientKind {
  /** Path to the object that the transport filled in, if the error has one. */
  readonly answer?: Path | "itself";
  /** Member of it that has the status, if the body could set one of the usual members. */
  readonly status?: readonly string[];
  /** Path to its header fields, if they are not in that object. */
  readonly headers?: Path;
  /** Any member may come from the body: only the failure of the call is certain. */
  readonly forgeable?: true;
  /** Whether an error with a mark, name or code that others use too is of this kind. */
  readonly when?: (error: object) => boolean;
  /** Other errors look the same: without a status, or a fault that only a network has, another family may know the error. */
  readonly shared?: true;
  /** Its `code` is the status, if it is a number and nothing else is. */
  readonly hasStatusCode?: true;
  /** A status of 0 means that there was no answer. */
  readonly zeroIsNone?: true;
  /** The vendor's limit on calls, or the client's own, refused it. */
  readonly limited?: true;
  /** Finds the status in the message, where the client keeps it nowhere else. */
  readonly statusInMessage?: RegExp;
  /** Gives the failure of a call without an answer, where the client keeps it as texts only. */
  readonly failure?: (error: object) => object | undefined;
}

const selfDescribed: ClientKind = { answer: "itself" };
const withResponse: ClientKind = { answer: ["response"] };
const unanswered: ClientKind = {};
const limited: ClientKind = { limited: true };
const received: ClientKind = { ...selfDescribed, hasStatusCode: true };

/** Marks the errors of gaxios: the one mark that is no text. */
const gaxiosMark = Symbol.for("gaxios-gaxios-error");

/** Lists kinds by a member that the client always sets, whatever its value. A body that forges a later mark changes nothing. */
const clientMarks: readonly (readonly [PropertyKey, ClientKind])[] = [
  ["errid", { forgeable: true, when: (error) => hasMember(error, "scope") }], // nano assigns the whole body over its error
  ["$metadata", { answer: ["$metadata"], headers: ["$response", "headers"] }], // it takes over the body's members that it does not set itself
  ["retryable", { forgeable: true, when: (error) => isAws2(error) && isForgedStatus(error) }],
  ["retryable", { answer: "itself", status: ["statusCode"], when: isAws2 }],
  ["isAxiosError", withResponse],
  [gaxiosMark, withResponse], // copies the body's message and code
  ["timings", { ...withResponse, when: (error) => hasMember(error, "options") }], // got
  ["meta", { answer: ["meta"], zeroIsNone: true, when: (error) => isRecord(read(error, "meta", "meta", "request")) }], // Elasticsearch, OpenSearch
  ["responseHeaders", { answer: "itself", headers: ["responseHeaders"] }], // the AI SDK, typed-rest-client
  ["rawResponse", selfDescribed], // superagent, content that does not parse; clients that Fern generates
  ["requestID", { ...selfDescribed, when: (error) => hasMember(error, "error") && hasMember(error, "headers") }], // openai and its siblings
  ["request_id", { ...selfDescribed, when: (error) => hasMember(error, "error") && hasMember(error, "headers") }], // openai 4
  ["rawError", { ...selfDescribed, when: (error) => hasMember(error, "requestBody") }], // discord.js
  ["httpBody", { answer: "itself", status: ["httpStatus"], when: (error) => hasMember(error, "httpStatus") }], // typesense
  ["stackTrace", { ...selfDescribed, when: (error) => Array.isArray(read(error, "stackTrace")) }], // algoliasearch
  ["setUpStackTrace", { ...selfDescribed, zeroIsNone: true }], // postmark
  ["__isAuthError", { ...selfDescribed, zeroIsNone: true }], // supabase
  ["__isStorageError", selfDescribed],
  ["clerkError", selfDescribed],
  ["type", { ...selfDescribed, when: (error) => read(error, "type") === "MailgunAPIError", failure: mailgunFailure }],
  ["documentationUrl", { ...limited, when: (error) => read(error, "code") === "too_many_requests" }], // Paddle, without a status
  ["documentationUrl", { when: (error) => hasMember(error, "retryAfter") }],
  ["originalError", { ...selfDescribed, zeroIsNone: true, when: (error) => hasMember(error, "isAbort") }], // pocketbase
  ["reason", { ...selfDescribed, when: (error) => hasMember(error, "json") && hasMember(error, "statusCode") }], // dockerode
  ["res", { answer: ["res"], when: (error) => isTransportHead(read(error, "res")) && !hasMember(error, "getResponse") }], // urllib; a Hono HTTPException has its own
  ["restCode", { ...selfDescribed, when: isOfRestifyClient }],
  ["rawType", { when: (error) => read(error, "type") === "StripeConnectionError" }], // stripe
  ["rawType", { ...selfDescribed, shared: true }], // its webhook signature errors have no status
  ["isBoom", { answer: ["data", "res"], when: (error) => read(error, "data", "isResponseError") === true }], // wreck
];

/** Describes ky, wretch, superagent, graphql-request and the SendGrid client. */
const withoutName: ClientKind = { ...withResponse, when: isTransportResponse, hasStatusCode: true, shared: true };

const huaweiKind: ClientKind = { ...selfDescribed, when: (error) => hasMember(error, "httpStatusCode") };

/** Lists kinds by the error's name, or its class's name where that is just "Error". */
const clientNames: ReadonlyMap<string, ClientKind> = new Map<string, ClientKind>([
  ["TypeError", { when: isFetchError }], // fetch of Node and undici; its aborts and timeouts look like anybody's
  ["AbortError", { when: (error) => read(error, "type") === "aborted" || readText(error, "message") === "Response aborted" }], // node-fetch; influxdb
  ["GraphqlResponseError", { forgeable: true }], // octokit, for a 200: it has nothing but the content
  ["FetchError", { ...withResponse, when: (error) => hasMember(error, "type") || hasMember(error, "options") }], // node-fetch; ofetch
  ["HttpError", { ...withResponse, when: isOctokitError }], // its own status is 500 without an answer
  ["HTTPParserError", {}], // undici, which loses the code in some releases
  ["ClientRequestException", huaweiKind],
  ["ServerResponseException", huaweiKind],
  ["ServiceResponseException", huaweiKind],
  ["RequestError", { ...withResponse, when: (error) => hasMember(error, "options") && hasMember(error, "error") }], // request-promise
  ["GaxiosError", { ...withResponse, when: (error) => hasMember(error, "config") }], // before 6.2 without its symbol
  ["GoogleGenerativeAIAbortError", unanswered],
  ["RestError", { answer: "itself", headers: ["response", "headers"], when: (error) => !hasMember(error, "restCode") }], // Azure
  ["RestException", { ...selfDescribed, when: (error) => hasMember(error, "moreInfo") }], // twilio
  ["APIConnectionError", selfDescribed], // openai's siblings
  ["APIConnectionTimeoutError", selfDescribed],
  ["DeserializationError", unanswered], // Elasticsearch, content that does not parse
  ["NoLivingConnectionsError", unanswered],
  ["AirtableError", selfDescribed], // no Error
  ["DetailedError", { ...selfDescribed, when: (error) => readText(error, "detail", "statusText") !== undefined }], // hono/client
  ["TRPCClientError", { answer: ["meta", "response"] }],
  ["ResponseError", { ...selfDescribed, status: ["status_code"], when: (error) => hasMember(error, "status_code") }], // ollama
  ["ApiResponseError", { ...withResponse, when: (error) => Number.isInteger(read(error, "response", "statusCode")) }], // node-vault
  ["S3Error", { ...unanswered, when: (error) => hasMember(error, "amzRequestid") }], // minio, without a status
  ["FunctionsHttpError", { answer: ["context"] }], // supabase
  ["FunctionsRelayError", { answer: ["context"] }],
  ["FunctionsFetchError", unanswered],
  ["GoogleGenerativeAIFetchError", selfDescribed],
  ["GoogleGenerativeAIError", unanswered],
  ["ApiError", { ...selfDescribed, when: (error) => readText(error, "message")?.startsWith('{"') === true }], // @google/genai: the body is its message
  ["UpstashError", unanswered],
  ["UpstashJSONParseError", unanswered],
  ["HTTPError", { ...selfDescribed, when: (error) => hasMember(error, "requestBody") && hasMember(error, "url") }], // discord.js
  ["Error", { when: (error) => isBareClientError(error) && isUnmeant(error) }], // needle, ws, request, nano, simple-get, Feathers
  ["AssertionError", { when: isBareClientError }], // undici, for a status below 100
]);

/** Lists kinds by the start of the message, whatever the error's name: contentful, soap, minio. */
const messageKinds: readonly (readonly [start: string, kind: ClientKind])[] = [
  ['{\n  "status": ', { statusInMessage: /^\{\n {2}"status": (\d{3}),\n {2}"statusText": / }],
  ["Invalid WSDL URL: ", { statusInMessage: /\r Code: (\d{3})\n/ }],
  ["Request failed after ", { statusInMessage: /^Request failed after \d+ retries: Error: Retryable HTTP status: (\d{3})$/ }],
];

/** Finds the kind of an HTTP client's error; undefined for any other. */
export function clientKindOf(error: object, { name, code, members }: ErrorKeys): ClientKind | undefined {
  const marked = kindByMark(error, members);
  if (marked) return marked;
  const named = clientNames.get(name) ?? (readText(error, "name") === "Error" ? clientNames.get("Error") : undefined);
  if (named && matchesKind(error, named)) return named;
  if (members.has("response") && hasMember(error, "response") && matchesKind(error, withoutName)) return withoutName;
  return (
    kindByCode(error, code) ??
    (name.startsWith("RateLimitError[") ? limited : receivedKind(error, members)) ??
    kindByMessage(error, members)
  );
}

function kindByMessage(error: object, members: ErrorKeys["members"]): ClientKind | undefined {
  if (members.has("issues")) return undefined; // zod writes all of its list into the message, and only when that is read
  const message = readText(error, "message") ?? "";
  const found = messageKinds.find(([start, { statusInMessage }]) => message.startsWith(start) && statusInMessage?.test(message));
  return found && isUnmeant(error) ? found[1] : undefined;
}

interface MarkedKind extends Placed {
  readonly mark: PropertyKey;
  readonly kind: ClientKind;
}

const allKinds: readonly MarkedKind[] = clientMarks.map(([mark, kind], place) => ({ mark, kind, place }));
const gaxiosKinds = allKinds.filter(({ mark }) => mark === gaxiosMark);
const markedKinds = allKinds.filter(({ mark }) => mark !== gaxiosMark);
const kindsByMark = new Map<string, MarkedKind[]>();
for (const marked of markedKinds) addPlaced(kindsByMark, String(marked.mark), marked);
seekMembers([...kindsByMark.keys(), "response"]);

/** Looks all marks up at once: most errors have none. A revoked Proxy has none either. */
function kindByMark(error: object, members: ErrorKeys["members"]): ClientKind | undefined {
  try {
    const found = placedAmong(kindsByMark, members, markedKinds);
    for (const { mark, kind } of gaxiosMark in error ? mergePlaced(found, gaxiosKinds) : found)
      if (mark in error && matchesKind(error, kind)) return kind;
  } catch {}
  return undefined;
}

function kindByCode(error: object, code: string): ClientKind | undefined {
  if (code === "ABORTED" && hasMember(error, "method")) return unanswered; // superagent, which then has no response
  if (code === "ERR_PROXY_TUNNEL") return unanswered; // node:https, whose `statusCode` is the forward proxy's: a 407 is not the client's
  if (code === "slack_webapi_rate_limited_error") return limited;
  if (code.startsWith("slack_webapi_") || code === "notionhq_client_request_timeout") return selfDescribed;
  return code.startsWith("UND_ERR_") ? selfDescribed : undefined; // undici, whose ResponseError and the like have the status
}

function receivedKind(error: object, members: ErrorKeys["members"]): ClientKind | undefined {
  return isError(error) && isReceivedError(error, members) ? received : undefined;
}

function matchesKind(error: object, { when }: ClientKind): boolean {
  return when === undefined || when(error);
}
