// One upstream that answers with every documented row, and gateways in front of it.
import { createServer, type RequestListener } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { Agent, fetch } from "undici";
import { expect } from "vitest";
import type { Integration } from "../integrations/integration.js";
import type { Host } from "../integrations/integration-hosts.js";
import { withServer, type Answer } from "../wire.js";
import { documentedRows } from "./documented-rows.js";

export interface Row {
  readonly code: string;
  /** That FunctionGraph or API Gateway answers. */
  readonly status: number;
  readonly message: string;
}

const codes = [...documentedRows("fss-codes"), ...documentedRows("apig-codes")];

/** A response that stands for a class of statuses is left out: they are other rows. */
const responses = documentedRows("apig-responses").filter(({ status }) => !Number.isNaN(status));

/** `GET /<index>` answers with that row. */
export const rows: readonly Row[] = [
  ...codes.map(({ name, status }) => ({ code: name, status, message: `Said of ${name}` })),
  ...responses.map(({ name, status }) => ({ code: "APIG.9999", status, message: `Said of ${name}` })), // which is no code yet
];

const requestId = "822cf60eb35d5280fc83614b31e7b507";

/** As FunctionGraph writes it, and as API Gateway does; with what is nobody's business. */
export const documented: RequestListener = ({ url = "" }, response) => {
  const { code, status, message } = rows[Number(url.slice(1))]!;
  const isFunctionGraphs = code.startsWith("FSS.");
  const fields = isFunctionGraphs ? {} : { Server: "s3cr3t", "X-Request-Id": requestId };
  const body = isFunctionGraphs
    ? { error_code: code, error_msg: message, request_id: requestId, encoded_authorization_message: "s3cr3t" }
    : { error_msg: message, error_code: code, request_id: requestId };
  response.writeHead(status, "s3cr3t", { "Content-Type": "application/json", ...fields }).end(JSON.stringify(body));
};

export interface Gateway {
  readonly port: number;
  /** What the gateway answers to each of these rows. */
  readonly answers: (asked: readonly Row[]) => Promise<readonly (readonly [row: Row, answer: Answer])[]>;
}

/** Runs `visit` against a gateway on the host, with that integration to the upstream. */
export async function behind<R>(
  host: Host,
  integration: Integration,
  options: ResponderOptions,
  visit: (gateway: Gateway) => Promise<R>,
): Promise<R> {
  const dispatcher = new Agent({ connections: 16 });
  const closers: (() => unknown)[] = [() => dispatcher.destroy()];
  const onClose = (close: () => unknown) => void closers.push(close);
  try {
    return await withServer(documented, async (upstreamPort) => {
      const upstream = { url: `http://127.0.0.1:${upstreamPort}`, connect: {}, connections: () => 0, close: async () => {} };
      const way = { upstream, limit: 10_000, options: { onError() {}, ...options }, onClose };
      return withServer(createServer(await host.create(integration, way)), (port) => {
        const ask = async (row: Row) => {
          const reply = await fetch(`http://127.0.0.1:${port}/${rows.indexOf(row)}`, { dispatcher });
          return [row, { status: reply.status, headers: new Headers([...reply.headers]), text: await reply.text() }] as const;
        };
        return visit({ port, answers: (asked) => Promise.all(asked.map(ask)) });
      });
    });
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

export function expectNoSecret({ headers, text }: Answer): void {
  expect(JSON.stringify([text, ...headers])).not.toContain("s3cr3t");
}
