import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { read } from "../util/safe-read.js";

/** Limits the octets of a raw packet (`rawPacket`) that are searched for a head. Node reads no more at once. */
const rawPacketLimit = 65_536;

const requestLine = /^([A-Z]{3,20}) ([\x21-\x7e]+) HTTP\/1\.[01]\r?\n/;

/** Matches the fields that an error response depends on: the request id, and the media types and languages that the client accepts. */
const recoveredFields = /^(x-request-id|x-cff-request-id|traceparent|accept|accept-language|x-language):(.*)$/gim;

/**
 * Recovers from the raw packet of a parser error as much of the request as an error response needs: method, target and a few fields. It recovers
 * nothing if the packet does not begin with the faulty head. Nothing of it is trusted: it is only sent back to the client that sent it.
 * @param error the parser's, with `rawPacket` and `bytesParsed`
 * @returns a request without method, target and fields where nothing can be recovered
 */
export function recoverRequest(error: unknown, socket: Socket): IncomingMessage {
  const message = new IncomingMessage(socket);
  const rawPacket = read(error, "rawPacket");
  const text = Buffer.isBuffer(rawPacket) ? rawPacket.toString("latin1", 0, rawPacketLimit) : "";
  const [, method, url] = requestLine.exec(text) ?? [];
  const blank = /\r?\n\r?\n/.exec(text);
  const end = blank ? blank.index + blank[0].length : text.length;
  if (method === undefined || url === undefined || Number(read(error, "bytesParsed")) >= end) return message; // the fault is in a later request
  const found = [...text.slice(0, end).matchAll(recoveredFields)].map(([, name = "", value = ""]) => [
    name.toLowerCase(),
    value.trim(),
  ]);
  return Object.assign(message, { method, url, headers: Object.fromEntries(found) as IncomingMessage["headers"] });
}
