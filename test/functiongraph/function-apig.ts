// FunctionGraph's runtime and API Gateway in front of it, as their documents have them.
import { randomUUID } from "node:crypto";
import type { RequestListener } from "node:http";
import { buffer } from "node:stream/consumers";

export type RuntimeHandler = (event: never, context: never, callback: (error: unknown, result?: unknown) => void) => unknown;

/** What the gateway makes of a request for the function. */
export function eventOf(members: object = {}) {
  return {
    body: "",
    requestContext: { apiId: "bc1dcffd-aa35-474d-897c-d53425a4c08e", requestId: "apig-1", stage: "RELEASE" },
    queryStringParameters: { token: "s3cr3t" },
    httpMethod: "GET",
    pathParameters: {},
    headers: { host: "gateway.example" },
    path: "/orders/17",
    isBase64Encoded: true,
    ...members,
  };
}

export const context = { getRequestID: () => "invocation-1" };

/** What the runtime sends back: the JSON text of a result, or of why there is none. It counts a handler's parameters. */
export async function invoke(handler: RuntimeHandler, event: unknown): Promise<string> {
  try {
    if (handler.length !== 2 && handler.length !== 3) throw new TypeError("handler expect to have 2 or 3 parameters");
    const result = await new Promise<unknown>((resolve, reject) => {
      const callback = (error: unknown, data: unknown) => (error === null ? resolve(data) : reject(error));
      const returned = handler(event as never, context as never, callback);
      if (returned instanceof Promise) returned.then(resolve, reject);
    });
    return JSON.stringify(result) ?? "null";
  } catch (error) {
    const { message, name, stack } = error as Error;
    const errorMessage = `function invocation exception, error: ${message}`;
    return JSON.stringify({ errorMessage, errorType: name, stackTrace: stack!.split("\n") });
  }
}

interface Result {
  readonly statusCode: number;
  readonly headers: Record<string, string | string[]>;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** All four members, of their types; the headers' values, texts. */
function isResult(value: Partial<Result> | null): value is Result {
  return (
    Number.isInteger(value?.statusCode) &&
    value!.statusCode! >= 100 &&
    value!.statusCode! <= 599 &&
    typeof value!.isBase64Encoded === "boolean" &&
    (value!.body === null || typeof value!.body === "string") &&
    typeof value!.headers === "object" &&
    Object.values(value!.headers).every((field) => [field].flat().every((one) => typeof one === "string"))
  );
}

/** The gateway: answers with the result, or with an error of its own. */
export function apigOf(handler: RuntimeHandler): RequestListener {
  return async (request, response) => {
    const requestId = String(request.headers["x-request-id"] ?? randomUUID());
    const { headers, method: httpMethod } = request;
    const body = (await buffer(request)).toString("base64");
    const event = eventOf({ httpMethod, path: request.url!.split("?")[0], headers, body, requestContext: { requestId } });
    const result = JSON.parse(await invoke(handler, JSON.parse(JSON.stringify(event)))) as Partial<Result> | null;
    const { statusCode, headers: fields, body: text, isBase64Encoded } = isResult(result) ? result : invalid(requestId);
    for (const [name, value] of Object.entries(fields)) response.setHeader(name, value);
    const content = Buffer.from(text ?? "", isBase64Encoded ? "base64" : "utf8");
    response.statusCode = statusCode;
    response.setHeader("X-Request-Id", requestId).setHeader("Content-Length", content.length).end(content);
  };
}

function invalid(requestId: string): Result {
  const body = JSON.stringify({ error_code: "FSS.1202", error_msg: "invalid", request_id: requestId });
  return { statusCode: 500, headers: { "Content-Type": "application/json" }, body, isBase64Encoded: false };
}
