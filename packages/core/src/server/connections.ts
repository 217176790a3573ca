import type { Http2ServerResponse, Http2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";

/** What is under way on a server. */
export interface Traffic {
  /** Responses that are not closed yet, in the order of their requests. */
  readonly open: ReadonlySet<NodeResponse>;
  /** Responses of HTTP/2 whose stream is not closed yet: the client may still send content. */
  readonly streams: ReadonlySet<Http2ServerResponse>;
  /** Connections; once its handshake is done, one with TLS stands for the one below it. */
  readonly sockets: ReadonlySet<Socket>;
  /** Those of HTTP/2. */
  readonly sessions: ReadonlySet<Http2Session>;
  /** Counts a response among the open ones until it is closed, if it is not yet. */
  readonly follow: (request: NodeRequest, response: NodeResponse) => void;
}

/** Follows all connections that a server gets from now on. */
export function followTraffic(server: Server): Traffic {
  const open = new Set<NodeResponse>();
  const streams = new Set<Http2ServerResponse>();
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  /** Connections with a response behind an earlier one's. */
  const queued = new WeakSet<object>();

  function follow(request: NodeRequest, response: NodeResponse) {
    if ("stream" in response) followStream(response);
    else if (!response.destroyed) {
      open.add(response);
      response.on("close", forgetResponse);
      if (response.socket === null) queued.add(request.socket);
    }
  }

  function forgetResponse(this: NodeResponse) {
    open.delete(this);
  }

  /**
   * Follows a stream, since HTTP/2's response to a HEAD does not say that it is over. A response that has left counts no more, though the
   * client keeps its own side of the stream open.
   */
  function followStream(response: Http2ServerResponse) {
    const { stream } = response;
    if (stream.destroyed) return;
    open.add(response);
    streams.add(response);
    stream.on("finish", () => open.delete(response));
    stream.on("close", () => {
      open.delete(response);
      streams.delete(response);
    });
  }

  function followSocket(socket: Socket) {
    sockets.add(socket);
    socket.on("close", forgetSocket);
  }

  /** Of a response whose turn has not come Node 20 tells nothing when the connection ends. */
  function forgetSocket(this: Socket) {
    sockets.delete(this);
    if (queued.has(this)) for (const response of open) if (response.req.socket === this) open.delete(response);
  }

  function followSecureSocket(socket: Socket & { readonly _parent?: Socket | null }) {
    sockets.delete(socket._parent!);
    followSocket(socket);
  }

  function followSession(session: Http2Session) {
    sessions.add(session);
    session.on("close", () => sessions.delete(session));
  }

  server.on("connection", followSocket).on("secureConnection", followSecureSocket).on("session", followSession);
  return { open, streams, sockets, sessions, follow };
}
