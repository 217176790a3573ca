// Frames of HTTP/2 as they are on the wire (RFC 9113 section 4), good and bad.

/** @param type of RFC 9113 section 6 */
export function frame(type: number, flags: number, stream: number, content: Buffer | readonly number[] = []): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, Buffer.from(content)]);
}

/** A client's preface, with empty settings. */
export const preface = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(4, 0, 0)]);

/** GET or POST / with a path of up to 126 octets, by literals that no table keeps (RFC 7541 section 6.2.2). */
export function headers(stream: number, path: string, isWhole = true): Buffer {
  const block = [isWhole ? 0x82 : 0x83, 0x86, 0x01, 1, 97, 0x04, path.length, ...Buffer.from(path)];
  return frame(1, isWhole ? 5 : 4, stream, block);
}

export const goaway = frame(7, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);
export const settingsAcknowledged = frame(4, 1, 0);
export const ping = (length = 8) => frame(6, 0, 0, Buffer.alloc(length));
export const reset = (stream: number) => frame(3, 0, stream, [0, 0, 0, 8]);
export const data = (stream: number, content = "hello", isLast = false) => frame(0, isLast ? 1 : 0, stream, Buffer.from(content));

/** Each ends a session: an error of the connection (RFC 9113 section 5.4.1). */
export const connectionErrors: Readonly<Record<string, Buffer>> = {
  "DATA on a stream that is closed": data(1),
  "DATA on a stream that is idle": data(99),
  "a PING that is too short": ping(3),
  "a CONTINUATION of nothing": frame(9, 0, 1, [0x82]),
  "fields that do not decompress": frame(1, 5, 101, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]),
  "a frame that is too large": Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1]),
};
