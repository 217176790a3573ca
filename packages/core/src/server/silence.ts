import { constants, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import type { NodeResponse } from "../node/exchange.js";
import { meant } from "../problem/problem-error.js";
import type { Responder } from "../responder/responder.js";
import { abandonResponse } from "./abandon-response.js";
import type { Connections } from "./connections.js";
import { isLingering } from "./lingering-close.js";
import { incompleteRequest, type HttpSocket } from "./pipelining.js";

/**
 * Creates a check that ends connections of HTTP/1 whose client keeps the server waiting: it has sent nothing since the last check, in the
 * middle of a TLS handshake, a head or content. It gets the answer that Node's own time limits give, which a closed server no longer enforces.
 * @returns the check, to be called once a second
 */
export function createSilenceCheck(server: Server, { sockets }: Connections): () => void {
  const readBefore = new WeakMap<Socket, number | undefined>();
  const isSecure = "setSecureContext" in server;

  function check(socket: HttpSocket) {
    const { bytesRead, parser } = socket as HttpSocket & { readonly bytesRead?: number };
    const earlier = readBefore.get(socket);
    readBefore.set(socket, bytesRead);
    if (bytesRead === undefined || bytesRead !== earlier) return; // the stream does not count, or the client is not silent
    if (bytesRead === 0 || isShakingHands(socket)) socket.destroy();
    else if (parser && !isLingering(socket) && owesOctets(socket)) server.emit("clientError", silentClientError(), socket);
  }

  function isShakingHands(socket: Socket) {
    return isSecure && !("encrypted" in socket);
  }

  for (const socket of sockets) readBefore.set(socket, socket.bytesRead);
  return () => sockets.forEach(check);
}

/** Whether it is the client's turn: no response is under way, or content of its request is due and can arrive. */
function owesOctets(socket: HttpSocket): boolean {
  const { _httpMessage: response } = socket;
  if (!response) return true;
  return (
    response.req === incompleteRequest(socket) &&
    !socket.isPaused() &&
    !awaitsContinue(response, (response as { _sent100?: boolean })._sent100)
  );
}

/** Whether a client waits for a 100 (Continue) before it sends content (RFC 9110 section 10.1.1). */
function awaitsContinue({ req: request }: NodeResponse, isContinued: boolean | undefined): boolean {
  return request.headers.expect !== undefined && !isContinued;
}

/** Resets the streams of a silent HTTP/2 client whose request content is still due. */
export function resetUploads(respond: Responder, { openStreams }: Connections, session: ServerHttp2Session): void {
  for (const response of openStreams) {
    if (!isUploading(response, session)) continue;
    if (response.stream.writableFinished) response.stream.close(constants.NGHTTP2_NO_ERROR); // RFC 9113 section 8.1
    else abandonResponse(respond, silentClient, response);
  }
}

/** Lists the states of a stream (RFC 9113 section 5.1) in which the client has not ended its side; in the second, the response has left. */
const clientMaySend: ReadonlySet<number | undefined> = new Set([
  constants.NGHTTP2_STREAM_STATE_OPEN,
  constants.NGHTTP2_STREAM_STATE_HALF_CLOSED_LOCAL,
]);

function isUploading(response: Http2ServerResponse, session: ServerHttp2Session): boolean {
  const { stream, req: request } = response;
  if (stream.session !== session || !clientMaySend.has(stream.state.state)) return false;
  return (
    stream.readableLength + request.readableLength === 0 && !awaitsContinue(response, (stream.sentInfoHeaders?.length ?? 0) > 0)
  );
}

const message = "The client was silent while the server was drained";

/** Describes a client that does not send its content in time (RFC 9110 section 15.5.9). */
const silentClient: object = meant({ status: 408 }, "SilentClient", message);

/** Creates the error of a "clientError", which Node emits with an Error: the code is that of its own time limits, so that every listener knows it. */
function silentClientError(): Error {
  return Object.assign(new Error(message), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
}
