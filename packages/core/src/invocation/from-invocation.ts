import { Readable } from "node:stream";
import type { Finding } from "../problem/finding.js";
import { UpstreamError } from "../problem/problem-error.js";
import { parseContent } from "../reply/body/parse-body.js";
import { functionFinding } from "../reply/functiongraph/function-reply.js";
import type { NodeReply } from "../reply/reply.js";
import { malformedResult } from "./check-result.js";
import { readResult, type Invocation } from "./read-result.js";

/**
 * Makes an upstream's reply of the result of a function behind an API Gateway trigger: for relay(), relayResponse(), upstream() and
 * normalizeUpstream().
 * @param result `{ statusCode, headers, body, isBase64Encoded }` or its JSON text, as the synchronous invocation's v0 content and v1
 *   `result` have it. Fields of it that frame the message or are not valid are left out
 * @throws UpstreamError for any other value: 502 with code FSS.1202, or the failure that FunctionGraph reports in a failed function's place
 * @example app.get("/orders/:id", async (request, response) => relay(response, fromInvocation(await invoke(request))));
 */
export function fromInvocation(result: unknown): NodeReply & { readonly body: Readable | null } {
  return replyOf(invocationOf(result));
}

/** Reads a result as data. */
export function invocationOf(result: unknown): Invocation {
  const invocation = readInvocation(result);
  const { status } = invocation;
  // An interim response ends no exchange (RFC 9110 section 15.2).
  if (status < 200) throw new UpstreamError({ status, upstream: true, proxyError: "http_protocol_error" }, undefined);
  return invocation;
}

/** Makes a reply of a result that is read. */
export function replyOf({ status, headers, content }: Invocation): ReturnType<typeof fromInvocation> {
  return { statusCode: status, headers, body: content && Readable.from(content.length > 0 ? [content] : []) };
}

function readInvocation(given: unknown): Invocation {
  let result: unknown;
  try {
    result = parseContent("", given);
    return readResult(result);
  } catch (cause) {
    throw new UpstreamError(invocationFailure(result) ?? malformedResult, cause);
  }
}

/** Recognises the answer that FunctionGraph gives in a failed function's place; the platform itself has done its part. */
function invocationFailure(result: unknown): Finding | undefined {
  try {
    return functionFinding({ status: 200, headers: {} }, result);
  } catch {
    return undefined;
  }
}
