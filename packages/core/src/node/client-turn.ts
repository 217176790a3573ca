import type { Http2ServerResponse } from "node:http2";
import type { NodeResponse } from "./exchange.js";
import { incompleteRequest, type HttpSocket } from "./http-socket.js";

/** Whether it is the client's turn: no response is under way, or content of its request is due and can arrive. */
export function owesOctets(socket: HttpSocket): boolean {
  const { _httpMessage: response } = socket;
  if (!response) return true;
  return (
    response.req === incompleteRequest(socket) &&
    response.req.readableLength === 0 && // the application reads what has come
    !socket.isPaused() &&
    !awaitsContinue(response, (response as { _sent100?: boolean })._sent100)
  );
}

/** Whether a client waits for a 100 (Continue) before it sends content (RFC 9110 section 10.1.1). */
function awaitsContinue({ req: request }: NodeResponse, isContinued: boolean | undefined): boolean {
  return request.headers.expect !== undefined && !isContinued;
}

/**
 * Lists the states of a stream (RFC 9113 section 5.1) in which the client has not ended its side: "open", and "half-closed (local)", in
 * which the response has left. The numbers are those of node:http2's constants, which is not loaded for them: it is slow to load.
 */
const clientMaySend: ReadonlySet<number | undefined> = new Set([2, 5]);

/** Whether the client of an HTTP/2 request has to send content: none waits to be read, and none waits for a 100 (Continue). */
export function isUploading(response: Http2ServerResponse): boolean {
  const { stream, req: request } = response;
  if (!clientMaySend.has(stream.state.state)) return false;
  return (
    stream.readableLength + request.readableLength === 0 && !awaitsContinue(response, (stream.sentInfoHeaders?.length ?? 0) > 0)
  );
}
