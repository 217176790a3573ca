import { subscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

const responses = new WeakMap<object, ServerResponse>();
let isWatching = false;

/** From now on `responseOf` knows the responses of all requests: asked for once a connection has reached `maxRequestsPerSocket`. */
export function watchResponses(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { readonly request: object; readonly response: ServerResponse };
    responses.set(request, response);
  });
}

/** The response to a request that Node drops: Node tells of the request only, and of the response in this way alone. */
export function responseOf(request: object): ServerResponse | undefined {
  return responses.get(request);
}
