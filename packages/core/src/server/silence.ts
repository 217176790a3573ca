import type { ServerHttp2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isUploading, owesOctets } from "../node/client-turn.js";
import type { HttpSocket } from "../node/http-socket.js";
import { meant } from "../problem/problem-error.js";
import type { Responder } from "../responder/responder.js";
import { abandonResponse } from "./abandon-response.js";
import type { Connections } from "./connections.js";
import { isLingering } from "./lingering-close.js";

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

/** Resets the streams of a silent HTTP/2 client whose request content is still due. */
export function resetUploads(respond: Responder, { openStreams }: Connections, session: ServerHttp2Session): void {
  for (const response of openStreams) {
    if (response.stream.session !== session || !isUploading(response)) continue;
    if (response.stream.writableFinished) response.stream.close(); // without an error (RFC 9113 section 8.1)
    else abandonResponse(respond, silentClient, response);
  }
}

const message = "The client was silent while the server was drained";

/** Describes a client that does not send its content in time (RFC 9110 section 15.5.9). */
const silentClient: object = meant({ status: 408 }, "SilentClient", message);

/** Creates the error of a "clientError", which Node emits with an Error: the code is that of its own time limits, so that every listener knows it. */
function silentClientError(): Error {
  return Object.assign(new Error(message), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
}
