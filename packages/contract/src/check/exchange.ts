import { connect as connectTcp, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { parseResponse } from "./parse-response.js";
import type { SeenResponse } from "../testing/seen-response.js";
import type { Target } from "./probe.js";

/** Gives the answer to a probe, or the reason why there is none, and whether there was a connection at all. */
export type Answer = SeenResponse | { readonly failure: string; readonly isConnected: boolean };

/** Describes how an answer is waited for. */
export interface ExchangeOptions {
  /** Milliseconds for connection and answer together. */
  readonly timeout: number;
  /** Whether a certificate that cannot be verified is accepted. */
  readonly insecure: boolean;
}

/** Limits the octets of an answer that are read. */
const maxOctets = 1_048_576;

/** Sends octets on a connection of their own, and gives the first final response. It never rejects. */
export function exchange(target: Target, octets: string, head: boolean, { timeout, insecure }: ExchangeOptions): Promise<Answer> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const socket = openSocket(target, insecure);
    let isConnected = false;
    const limit = setTimeout(() => settle(`no answer within ${timeout} ms`), timeout);
    function settle(failure: string): void {
      clearTimeout(limit);
      socket.destroy();
      resolve(parseResponse(Buffer.concat(chunks), head, true) ?? { failure, isConnected });
    }
    socket.on(target.protocol === "https:" ? "secureConnect" : "connect", () => {
      isConnected = true;
      socket.write(octets, "latin1");
    });
    socket.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxOctets || parseResponse(Buffer.concat(chunks), head, false)) settle("the answer is no HTTP response");
    });
    socket.on("error", ({ code, message }: NodeJS.ErrnoException) => settle(`the connection failed: ${code ?? message}`));
    socket.on("end", () => settle("the connection was closed without an answer"));
  });
}

function openSocket({ protocol, hostname: host, port }: Target, insecure: boolean): Socket {
  if (protocol === "http:") return connectTcp({ host, port });
  return connectTls({
    host,
    port,
    rejectUnauthorized: !insecure,
    ALPNProtocols: ["http/1.1"],
    ...(isIP(host) === 0 && { servername: host }),
  });
}
