import type { ClientRequest, IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { proxyAuthenticationRule } from "../http/field-rules.js";
import { answerSocket, type SocketAnswer } from "../node/answer-socket.js";
import { beforeAnswer, isRefused, isSwitched, markExchange, prepareAnswer, recordedIds } from "../node/exchange.js";
import { originalUrl } from "../node/original-url.js";
import { meant, upstreamFailure } from "../problem/problem-error.js";
import { fault } from "../recognisers/rule.js";
import { Inspection } from "../reply/inspect-reply.js";
import type { ReplyOptions } from "../reply/reply-finding.js";
import { discardContent, headOf } from "../reply/reply.js";
import type { Responder } from "../responder/responder.js";
import { noop } from "../util/noop.js";
import { ownTexts } from "../problem/own-texts.js";

/** Watches the upgrades of one proxy, and answers those that fail. */
export interface Upgrades {
  /** Watches a request that asks for an upgrade, before the library does. */
  readonly watch: (outgoing: ClientRequest, request: IncomingMessage, socket: Duplex, limit: number | undefined) => void;
  /** Answers on the socket, unless the client has left or has its answer; after a 101 the connection can only be cut. */
  readonly failUpgrade: (thrown: unknown, request: IncomingMessage, socket: Duplex, more?: SocketAnswer) => void;
}

/**
 * Creates the watcher of one proxy's upgrades.
 * @param options how an error reply is inspected
 */
export function createUpgrades(respond: Responder, options: ReplyOptions): Upgrades {
  function watch(outgoing: ClientRequest, request: IncomingMessage, socket: Duplex, limit: number | undefined) {
    socket.on("error", noop); // the libraries listen too late, or not at all, and it would end the process
    socket.once("close", () => outgoing.destroy());
    if (socket.destroyed) outgoing.destroy();
    const stopWatching = watchEnd(request, socket);
    if (limit !== undefined) outgoing.setTimeout(limit, () => outgoing.destroy()); // the upgrade ends this limit
    outgoing.once("upgrade", (reply, upstream) => {
      markExchange(socket, "isSwitched");
      for (const name of proxyAuthenticationRule.names!) delete reply.headers[name]; // the library copies the others
      stopWatching();
      socket.once("close", () => upstream.destroy()); // a pipe ends it only if the client ends its side
      socket.once("end", () => upstream.setTimeout(limitAtEnd, () => upstream.destroy()));
    });
    // The library's own listeners, which are not there yet, write the reply onto the socket as it came, and end the socket on an error.
    process.nextTick(() =>
      outgoing.removeAllListeners("response").once("response", (reply) => {
        outgoing.removeAllListeners("error").on("error", noop);
        void answerReply(reply, request, socket);
      }),
    );
  }

  /**
   * Watches for the end of the connection: nobody reads it before the upstream has answered, so nobody else notices.
   * @returns stops that
   */
  function watchEnd(request: IncomingMessage, socket: Duplex) {
    const checkEnd = () => {
      if (isEnded(socket)) socket.destroy();
      else if (socket.readableLength >= socket.readableHighWaterMark) failUpgrade(tooEarly(), request, socket); // Node reads no further
    };
    const stop = () => void socket.off("readable", checkEnd);
    socket.on("readable", checkEnd);
    beforeAnswer(socket, stop, undefined);
    checkEnd();
    return stop;
  }

  /** Answers a reply that does not upgrade. */
  async function answerReply(reply: IncomingMessage, request: IncomingMessage, socket: Duplex) {
    const { statusCode = 0 } = reply;
    const inspection = new Inspection(headOf(reply), options, request.method);
    if (inspection.outcome !== "fails") {
      discardContent(reply);
      return failUpgrade(upgradeFailed(statusCode), request, socket);
    }
    markExchange(socket, "isRefused"); // what fails from here on is only the error's content
    const finding = await inspection.finding(reply);
    if (finding) answerUpgrade(upstreamFailure(finding), request, socket, { fields: inspection.survivingFields() });
  }

  function failUpgrade(thrown: unknown, request: IncomingMessage, socket: Duplex, more?: SocketAnswer) {
    if (!isRefused(socket)) answerUpgrade(thrown, request, socket, more);
  }

  function answerUpgrade(thrown: unknown, request: IncomingMessage, socket: Duplex, more?: SocketAnswer) {
    if (!socket.writable) return;
    prepareAnswer(socket);
    const url = originalUrl(request);
    if (!isSwitched(socket)) return answerSocket(respond, thrown, request, socket, { url, ...more });
    const { headers, method } = request;
    respond.report(thrown, { headers, method, url, ...recordedIds(request) });
    socket.destroy();
  }

  return { watch, failUpgrade };
}

/** Limits the milliseconds for which an upstream may send nothing when its client has ended the connection: a WebSocket is never half open. */
const limitAtEnd = 2000;

/** Whether a stream has ended, also while its content is unread: "end" comes only afterwards. */
function isEnded(stream: Duplex): boolean {
  return (stream as { _readableState?: { ended?: boolean } })._readableState?.ended === true;
}

/** Describes a client that does not wait for the answer before it sends anything else (RFC 6455 section 4.1). */
function tooEarly(): object {
  return meant({ status: 400, detail: ownTexts["upgrade-too-early"] });
}

/** Describes a reply to a request for an upgrade, or one that upgrades without having been asked, that cannot be passed on. */
export function upgradeFailed(receivedStatus: number | undefined): object {
  return upstreamFailure({ ...fault("http_upgrade_failed"), receivedStatus });
}
