import type { Http2ServerResponse, Http2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import { isGone, onClose } from "../node/client-gone.js";
import type { NodeResponse } from "../node/exchange.js";

/** Lists the connections and the responses that a server is busy with. */
export interface Connections {
  /** Responses that are not closed yet, in the order of their requests. */
  readonly openResponses: ReadonlySet<NodeResponse>;
  /** Responses of HTTP/2 whose stream is not closed yet: the client may still send content. */
  readonly openStreams: ReadonlySet<Http2ServerResponse>;
  /** Sockets of all connections. After a TLS handshake the TLS socket replaces the TCP socket below it. */
  readonly sockets: ReadonlySet<Socket>;
  /** Sessions of HTTP/2. */
  readonly sessions: ReadonlySet<Http2Session>;
  /** Counts a response among the open ones until it is closed. A response that is closed already is not counted. */
  readonly trackResponse: (response: NodeResponse) => void;
}

/** Tracks all connections that a server accepts from now on. */
export function trackConnections(server: Server): Connections {
  const openResponses = new Set<NodeResponse>();
  const openStreams = new Set<Http2ServerResponse>();
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();

  function trackResponse(response: NodeResponse) {
    if (isGone(response)) return;
    openResponses.add(response);
    onClose(response, () => openResponses.delete(response));
    if (isHttp2(response)) trackStream(response);
  }

  /** Stops to count a response of HTTP/2 that has left, though the client keeps its own side of the stream open. */
  function trackStream(response: Http2ServerResponse) {
    openStreams.add(response);
    response.stream.on("finish", () => openResponses.delete(response)).on("close", () => openStreams.delete(response));
  }

  function trackSocket(socket: Socket) {
    sockets.add(socket);
    socket.on("close", forgetSocket);
  }

  function forgetSocket(this: Socket) {
    sockets.delete(this);
  }

  function trackSecureSocket(socket: Socket & { readonly _parent?: Socket | null }) {
    sockets.delete(socket._parent!);
    trackSocket(socket);
  }

  function trackSession(session: Http2Session) {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  }

  server.on("connection", trackSocket).on("secureConnection", trackSecureSocket).on("session", trackSession);
  return { openResponses, openStreams, sockets, sessions, trackResponse };
}
