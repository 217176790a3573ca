import { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { read } from "../util/safe-read.js";

/** Octets that are looked at: Node reads no more at once. */
const most = 65_536;

const requestLine = /^([A-Z]{3,20}) ([\x21-\x7e]+) HTTP\/1\.[01]\r?\n/;

/** What an answer depends on: the request's id, and how its content may be written. */
const fields = /^(x-request-id|x-cff-request-id|traceparent|accept):(.*)$/gim;

/**
 * As much of a request as can be told though it was not understood: of the packet with the fault in it, if it begins with the head that
 * has the fault. None of it is believed; it only goes back to where it came from.
 * @param error the parser's
 */
export function requestIn(error: unknown, socket: Socket): IncomingMessage {
  const message = new IncomingMessage(socket);
  const packet = read(error, "rawPacket");
  const text = Buffer.isBuffer(packet) ? packet.toString("latin1", 0, most) : "";
  const [, method, url] = requestLine.exec(text) ?? [];
  const blank = /\r?\n\r?\n/.exec(text);
  const end = blank ? blank.index + blank[0].length : text.length;
  if (method === undefined || url === undefined || Number(read(error, "bytesParsed")) >= end) return message; // another request's fault
  const found = [...text.slice(0, end).matchAll(fields)].map(([, name = "", value = ""]) => [name.toLowerCase(), value.trim()]);
  return Object.assign(message, { method, url, headers: Object.fromEntries(found) as IncomingMessage["headers"] });
}
