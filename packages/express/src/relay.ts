import type { Reply } from "@fg-errors/core/upstream";
import { onClose, relayToNode, copyFields as setFields, type RelayOptions } from "@fg-errors/core/adapter";
import type { Response } from "express";

/**
 * Relays an upstream's reply: a success streams through, an error reply is thrown for fgErrors() to answer. Settles when the response is
 * closed, and rejects when the content breaks. Express 4 does not handle a rejection of an async handler: hand it to `next`.
 * @param reply a reply of fetch(), undici's request() or node:http, its content not read yet
 * @param options those of fgErrors() that concern an upstream's reply. Default {}
 * @throws UpstreamError for an error reply, and for content that breaks; TypeError for a wrong option, and for content that was read already
 * @example app.use(async (request, response) => relay(response, await fetch("http://orders.internal/orders")));
 */
export function relay(response: Response, reply: Reply, options: RelayOptions = {}): Promise<void> {
  return new Promise((resolve, reject) => {
    let isSent = false;
    onClose(response, resolve);
    relayToNode(
      reply,
      response,
      options,
      ({ status, headers, content }) => {
        isSent = true;
        response.statusCode = status;
        setFields(response, headers);
        if (content) content.pipe(response);
        else response.end();
      },
      reject,
    ).then(() => isSent || resolve(), reject); // otherwise the client had left, and "close" was emitted before
  });
}
