// An upstream that answers what the request asks for, and what is asserted of an edge's answer.
import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { assertProblem, type ExpectedProblem } from "@fg-errors/contract/testing";
import { functionGraph, type Contract } from "@fg-errors/core";
import { assertContract, assertHead } from "../assert-contract.js";
import { parseAnswer, type Answer } from "../wire.js";

export interface EdgeUpstream {
  readonly port: number;
  /** Heads of the requests that have come. */
  readonly heads: string[];
  readonly close: () => Promise<void>;
}

/**
 * Starts an upstream that answers with the octets of the request field X-Reply (see `replyWith()`), and closes the connection; without that
 * field with a 200.
 */
export async function startEdgeUpstream(): Promise<EdgeUpstream> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let head = "";
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    socket.setEncoding("latin1").on("data", (text: string) => {
      const isComplete = head.includes("\r\n\r\n");
      head += text;
      if (isComplete || !head.includes("\r\n\r\n")) return;
      heads.push(head.slice(0, head.indexOf("\r\n\r\n")));
      const [, reply, stalls] = /^x-reply: *([^\s;]*)(; *stall)?/im.exec(head) ?? [];
      const octets = reply === undefined ? fine : decodeReply(reply);
      if (stalls === undefined) socket.end(octets);
      else socket.write(octets);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return { port: (server.address() as AddressInfo).port, heads, close };
}

const fine = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 4\r\nConnection: close\r\n\r\nfine";

function decodeReply(field: string): Buffer {
  const octets = Buffer.from(field, "base64").toString("latin1");
  return Buffer.from(
    octets.replace(/\{x(\d+)\}/g, (_token, count: string) => "x".repeat(Number(count))),
    "latin1",
  );
}

/** Makes the request field that has the upstream answer with these octets, of which `{x99}` stands for 99 times an x. */
export const replyWith = (octets: string) => ({ "X-Reply": Buffer.from(octets, "latin1").toString("base64") });

/** Makes the request field that has the upstream send these octets, and then nothing, on a connection that stays open. */
export const stallAfter = (octets: string) => ({ "X-Reply": `${replyWith(octets)["X-Reply"]}; stall` });

/** Makes an error reply as a service writes it that does not know the contract: a page, and fields that describe it. */
export function errorPage(status: number | string, fields: Readonly<Record<string, string>> = {}): string {
  const page = "<h1>s3cr3t</h1>";
  const all = {
    "Content-Type": "text/html",
    "Content-Length": String(page.length),
    Connection: "close",
    ETag: '"s3cr3t"',
    "Cache-Control": "max-age=3600",
    "X-Powered-By": "s3cr3t",
    ...fields,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} S3cr3t\r\n${lines.join("")}\r\n${page}`;
}

/** Asserts that an edge's answer is one of the contract, what the test expects of it, and that nothing of the upstream's is in it. */
export async function assertEdge(
  octets: string | Answer,
  expected: ExpectedProblem,
  contract: Contract = functionGraph,
): Promise<Record<string, unknown>> {
  const answer = typeof octets === "string" ? parseAnswer(octets) : octets;
  await assertProblem(answer, expected, contract);
  if (!expected.head) return assertContract(answer, contract);
  assertHead(answer, contract);
  return {};
}
