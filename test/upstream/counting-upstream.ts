// An upstream of raw TCP that counts requests as a server does that believes every field: what Connection names is not looked at.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

/** One request, as the upstream understood it. */
export interface Counted {
  readonly line: string;
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly content: string;
}

export interface CountingUpstream {
  readonly port: number;
  /** All requests so far, over all connections. */
  readonly requests: readonly Counted[];
  /** Octets that are no whole request, by connection. */
  readonly rest: () => readonly string[];
  readonly close: () => void;
}

export async function startCountingUpstream(): Promise<CountingUpstream> {
  const requests: Counted[] = [];
  const rests = new Map<Socket, string>();
  const server = createServer((socket) => {
    let octets = "";
    rests.set(socket, "");
    socket
      .on("error", () => {})
      .on("data", (chunk) => {
        octets += chunk.toString("latin1");
        for (let read = requestIn(octets); read; read = requestIn(octets)) {
          requests.push(read.request);
          octets = octets.slice(read.length);
          socket.write(responseTo(read.request, requests.length));
        }
        rests.set(socket, octets);
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    rest: () => [...rests.values()].filter(Boolean),
    close: () => {
      server.close();
      for (const socket of rests.keys()) socket.destroy();
    },
  };
}

/** A WebSocket is refused, as by a server that knows none. */
function responseTo({ line }: Counted, count: number): string {
  const content = line.startsWith("HEAD ") ? "" : `number ${count}`;
  return `HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
}

function requestIn(octets: string): { readonly request: Counted; readonly length: number } | undefined {
  const end = octets.indexOf("\r\n\r\n");
  if (end < 0) return undefined;
  const [line = "", ...lines] = octets.slice(0, end).split("\r\n");
  const fields = Object.fromEntries(lines.map((text) => [text.split(":", 1)[0]!.toLowerCase(), text.replace(/^[^:]*:\s*/, "")]));
  const named = (fields["connection"] ?? "").toLowerCase().split(/[\s,]+/);
  const of = (name: string) => (named.includes(name) ? undefined : fields[name]);
  const content = contentIn(octets.slice(end + 4), of("transfer-encoding"), of("content-length"));
  return content && { request: { line, fields, content: content.text }, length: end + 4 + content.length };
}

interface Content {
  readonly text: string;
  /** On the wire. */
  readonly length: number;
}

function contentIn(octets: string, coding: string | undefined, length = "0"): Content | undefined {
  if (coding !== undefined) return chunksIn(octets);
  return octets.length < Number(length) ? undefined : { text: octets.slice(0, Number(length)), length: Number(length) };
}

function chunksIn(octets: string): Content | undefined {
  let [text, at] = ["", 0];
  for (;;) {
    const line = /^([0-9a-f]+)\r\n/i.exec(octets.slice(at));
    if (!line) return undefined;
    const size = Number.parseInt(line[1]!, 16);
    const begin = at + line[0].length;
    if (octets.length < begin + size + 2) return undefined;
    text += octets.slice(begin, begin + size);
    at = begin + size + 2;
    if (size === 0) return { text, length: at };
  }
}
