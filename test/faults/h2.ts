// Faults of an HTTP/2 exchange, behind a sound TLS handshake (RFC 9113).
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import { certificate } from "../recognisers/certificate.js";
import { nodeVersion } from "../node-version.js";
import { after, before, type Fault } from "./fault.js";
import { end, listen, loopback, slowly, write, type Deed } from "./upstreams.js";

/** Section 6, section 7 */
const [data, headers, rst, settings, goaway] = [0, 1, 3, 4, 7] as const;
const [noError, protocolError, internalError, refusedStream, cancel, enhanceYourCalm, inadequateSecurity, http11Required] = [
  0, 1, 2, 7, 8, 11, 12, 13,
] as const;

const status200 = frame(headers, 4, 1, [0x88]);
const status600 = frame(headers, 5, 1, [0x08, 3, ..."600"].map(octet));
const some = frame(data, 0, 1, [..."some octets"].map(octet));
const last = frame(data, 1, 1, []);

const h2 = { protocol: "h2" } as const;
const endless = { protocol: "h2", endless: true } as const;
const tolerated = { protocol: "h2", tolerated: true } as const;

export const http2: readonly Fault[] = [
  ...before(
    "connection_terminated",
    {
      "h2: REFUSED_STREAM": exchange(write(stop(refusedStream))),
      "h2: INTERNAL_ERROR": exchange(write(stop(internalError))),
      "h2: ENHANCE_YOUR_CALM": exchange(write(stop(enhanceYourCalm))),
      "h2: CANCEL": exchange(write(stop(cancel))),
      "h2: NO_ERROR": exchange(write(stop(noError))),
      "h2: GOAWAY": exchange(end(leave(0, noError))),
      "h2: GOAWAY and no head": exchange(end(leave(1, noError))),
      "h2: GOAWAY INTERNAL_ERROR": exchange(end(leave(0, internalError))),
      "h2: GOAWAY ENHANCE_YOUR_CALM": exchange(end(leave(0, enhanceYourCalm))),
      "h2: closed when connected": connected(end()),
      "h2: closed before the head": exchange(end()),
    },
    h2,
  ),
  ...before("tls_protocol_error", { "h2: GOAWAY INADEQUATE_SECURITY": exchange(end(leave(0, inadequateSecurity))) }, h2),
  ...before(
    "http_protocol_error",
    {
      "h2: HTTP/1.1": connected(end("HTTP/1.1 400 Bad Request\r\n\r\ns3cr3t")),
      "h2: PROTOCOL_ERROR": exchange(write(stop(protocolError))),
      "h2: HTTP_1_1_REQUIRED": exchange(write(stop(http11Required))),
    },
    h2,
  ),
  ...before("http_protocol_error", { "h2: status 600": exchange(write(status600)) }, { ...h2, received: 600 }),
  ...before(
    "http_response_timeout",
    {
      "h2: no settings": connected(idle),
      "h2: no head": exchange(idle),
    },
    endless,
  ),
  ...givenUp({
    "h2: content without a head": exchange(write(some)),
    "h2: bad compression": exchange(write(frame(headers, 4, 1, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]))),
  }),
  ...after(
    "http_response_incomplete",
    {
      "h2: INTERNAL_ERROR in the content": begun(write(stop(internalError))),
      "h2: GOAWAY in the content": begun(end(leave(1, internalError))),
    },
    h2,
  ),
  ...after(
    "http_response_incomplete",
    { "h2: CANCEL in the content": begun(write(stop(cancel))), "h2: closed in the content": begun(end()) },
    tolerated,
  ),
  ...after("http_protocol_error", { "h2: short content": exchange(slowly(write(sized(100)), write(some), write(last))) }, h2),
  ...after("connection_read_timeout", { "h2: no more content": begun(idle) }, endless),
];

/** What makes nghttp2 give the connection up at once. Node 20 emits nothing, and a time limit is all there is; Node 24 and 26 do. */
function givenUp(starts: Parameters<typeof before>[1]): readonly Fault[] {
  return nodeVersion < 24 ? before("http_response_timeout", starts, endless) : before("http_protocol_error", starts, h2);
}

function idle(): void {}

function octet(text: string | number): number {
  return typeof text === "number" ? text : text.charCodeAt(0);
}

/** RFC 9113 section 4.1 */
function frame(type: number, flags: number, stream: number, payload: readonly number[]): Buffer {
  const { length } = payload;
  return Buffer.from([0, length >> 8, length & 0xff, type, flags, 0, 0, 0, stream, ...payload]);
}

function stop(code: number): Buffer {
  return frame(rst, 0, 1, [0, 0, 0, code]);
}

/** Section 6.8: the last stream that was processed. */
function leave(last: number, code: number): Buffer {
  return frame(goaway, 0, 0, [0, 0, 0, last, 0, 0, 0, code]);
}

/** 200 with a content-length (RFC 7541 section 6.2.2). */
function sized(length: number): Buffer {
  const digits = [...String(length)].map(octet);
  return frame(headers, 4, 1, [0x88, 0x0f, 0x0d, digits.length, ...digits]);
}

/** Does the deeds once the first request is there. */
function exchange(deed: Deed): Fault["start"] {
  return connected((socket) => {
    socket.write(frame(settings, 0, 0, []));
    onHeaders(socket, () => deed(socket));
  });
}

/** The same in the midst of a response. */
function begun(deed: Deed): Fault["start"] {
  return exchange(slowly(write(status200), write(some), deed));
}

/** Does the deed as soon as both sides agree on h2. */
function connected(deed: Deed): Fault["start"] {
  const own = certificate();
  const options = { ...own, ALPNProtocols: ["h2"] };
  return () => listen(createServer(options), "https://localhost", { lookup: loopback, ca: own.cert }, deed);
}

function onHeaders(socket: Socket, then: () => void): void {
  let unread = Buffer.alloc(0);
  let skip = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".length;
  socket.on("data", (part) => {
    unread = Buffer.concat([unread, part as Buffer]);
    while (unread.length >= skip + 9) {
      unread = unread.subarray(skip);
      skip = 9 + unread.readUIntBE(0, 3);
      if (unread[3] === headers) then();
      if (unread[3] === goaway) socket.end();
    }
  });
}
