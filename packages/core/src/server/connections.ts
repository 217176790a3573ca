import type { Http2ServerResponse, Http2Session } from "node:http2";
import type { Server, Socket } from "node:net";
import { isHttp2 } from "../http/is-http2.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";

/** What is under way on a server. */
export interface Traffic {
  /** Responses that are not closed yet, in the order of their requests. */
  readonly open: ReadonlySet<NodeResponse>;
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
  const sockets = new Set<Socket>();
  const sessions = new Set<Http2Session>();
  /** Connections with a response behind an earlier one's. */
  const queued = new WeakSet<object>();

  function follow(request: NodeRequest, response: NodeResponse) {
    if (isHttp2(response)) followStream(response);
    else if (!response.destroyed) {
      open.add(response);
      response.on("close", forgetResponse);
      if (response.socket === null) queued.add(request.socket);
    }
  }

  function forgetResponse(this: NodeResponse) {
    open.delete(this);
  }

  /** Of a HEAD that its application does not end, HTTP/2's response does not tell that it is over; its stream does. */
  function followStream(response: Http2ServerResponse) {
    if (response.stream.destroyed) return;
    open.add(response);
    response.stream.on("close", () => open.delete(response));
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
  return { open, sockets, sessions, follow };
}
