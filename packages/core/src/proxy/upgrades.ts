import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { answerSocket, type SocketAnswer } from "../node/answer-socket.js";
import { originalUrl } from "../node/original-url.js";
import { problem, UpstreamError, type ProblemError } from "../problem/problem-error.js";
import { fault } from "../recognisers/rule.js";
import { Inspection } from "../reply/inspect-reply.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import { discardContent, headOf } from "../reply/reply.js";
import type { Responder } from "../responder/responder.js";

/** What to make of upgrades, of one proxy, that fail. */
export interface Upgrades {
  /** Looks after a request that asks for an upgrade, before the library does. */
  readonly watch: (outgoing: ClientRequest, request: IncomingMessage, socket: Duplex, limit: number | undefined) => void;
  /** Answers on the socket, unless the client has left or has its answer; one that has got its 101 can only be cut. */
  readonly fail: (thrown: unknown, request: IncomingMessage, socket: Duplex, more?: SocketAnswer) => void;
}

/** @param options how an error reply is looked at */
export function createUpgrades(respond: Responder, options: ReplyOptions): Upgrades {
  const switched = new WeakSet<Duplex>();
  const refused = new WeakSet<Duplex>();
  const ends = new WeakMap<Duplex, () => void>();

  function watch(outgoing: ClientRequest, request: IncomingMessage, socket: Duplex, patience: number | undefined) {
    socket.on("error", ignore); // the libraries listen too late, or not at all, and it would end the process
    socket.once("close", () => outgoing.destroy());
    if (socket.destroyed) outgoing.destroy();
    watchEnd(request, socket);
    if (patience !== undefined) outgoing.setTimeout(patience, () => outgoing.destroy()); // ended by the upgrade
    outgoing.once("upgrade", (_reply, upstream) => {
      switched.add(socket);
      forgetEnd(socket);
      socket.once("close", () => upstream.destroy()); // a pipe ends it only if the client says good-bye
      socket.once("end", () => upstream.setTimeout(patienceAtEnd, () => upstream.destroy()));
    });
    // The library's own listeners, which are not there yet, write the reply onto the socket as it came, and end the socket on an error.
    process.nextTick(() =>
      outgoing.removeAllListeners("response").once("response", (reply) => {
        outgoing.removeAllListeners("error").on("error", ignore);
        void refuse(reply, request, socket);
      }),
    );
  }

  /** Nobody reads the connection before the upstream has answered, so nobody else notices its end. */
  function watchEnd(request: IncomingMessage, socket: Duplex) {
    const look = () => {
      if (hasEnded(socket)) socket.destroy();
      else if (socket.readableLength >= socket.readableHighWaterMark) fail(tooEarly(), request, socket); // Node reads no further
    };
    socket.on("readable", look);
    ends.set(socket, look);
    look();
  }

  function forgetEnd(socket: Duplex) {
    const look = ends.get(socket);
    if (look) socket.off("readable", look);
  }

  async function refuse(reply: IncomingMessage, request: IncomingMessage, socket: Duplex) {
    const { statusCode = 0 } = reply;
    const inspection = new Inspection(headOf(reply), options, request.method);
    if (inspection.outcome !== "fails") {
      discardContent(reply);
      return fail(upgradeFailed(statusCode), request, socket);
    }
    refused.add(socket); // what fails from here on is only the error's content
    const failure = await inspection.failure(reply);
    refused.delete(socket);
    fail(failure, request, socket, { fields: inspection.survivingFields() });
  }

  function fail(thrown: unknown, request: IncomingMessage, socket: Duplex, more?: SocketAnswer) {
    if (!socket.writable || refused.has(socket)) return;
    forgetEnd(socket);
    const url = originalUrl(request);
    if (!switched.has(socket)) return answerSocket(respond, thrown, request, socket, { url, ...more });
    const { headers, method } = request;
    respond.report(thrown, { headers, method, url });
    socket.destroy();
  }

  return { watch, fail };
}

/** Milliseconds of silence that an upstream is granted when its client has ended the connection: a WebSocket is never half open. */
const patienceAtEnd = 2000;

/** Of a stream whose content nobody has read yet, too: "end" comes only afterwards. */
function hasEnded(stream: Duplex): boolean {
  return (stream as { _readableState?: { ended?: boolean } })._readableState?.ended === true;
}

/** A client has to wait for the answer before it sends anything else (RFC 6455 section 4.1). */
function tooEarly(): ProblemError {
  return problem(400, "Too much was sent before the upgrade was answered.");
}

/** Why a reply to a request for an upgrade, or one that upgrades without having been asked, cannot be passed on. */
export function upgradeFailed(receivedStatus: number | undefined): UpstreamError {
  return new UpstreamError({ ...fault("http_upgrade_failed"), receivedStatus }, undefined);
}

function ignore(): void {}
