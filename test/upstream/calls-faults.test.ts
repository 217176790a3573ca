// upstream(): calls that get no answer.
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Socket } from "node:net";
import type { Server } from "node:http";
import { UpstreamError, type Problem } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { upstream } from "../../packages/core/src/reply/upstream.js";
import { assertContract } from "../assert-contract.js";
import { hosts } from "../hosts.js";
import { scaled } from "../patience.js";
import { certificate } from "../recognisers/certificate.js";
import { closedPort, exchange, parseAnswer, request, withServer } from "../wire.js";
import { clients, type Call, type ClientName } from "./upstream-gateways.js";

interface Fault {
  readonly type: string;
  readonly status: number;
  /** Runs `visit` with the URL of an upstream that does it. */
  readonly run: <R>(visit: (url: string) => Promise<R>) => Promise<R>;
  readonly call?: () => Call;
}

const tcp = (act: (socket: Socket) => void) =>
  createTcpServer((socket) => void socket.on("error", () => {}).once("data", () => act(socket))) as unknown as Server;

const on = (create: () => Server, scheme = "http"): Fault["run"] => {
  return (visit) => withServer(create(), (port) => visit(`${scheme}://127.0.0.1:${port}/s3cr3t`));
};

const faults: readonly Fault[] = [
  {
    type: "connection_refused",
    status: 502,
    run: async (visit) => visit(`http://127.0.0.1:${await closedPort()}/s3cr3t`),
  },
  { type: "connection_terminated", status: 502, run: on(() => tcp((socket) => socket.end())) },
  { type: "http_protocol_error", status: 502, run: on(() => tcp((socket) => socket.end("s3cr3t\r\n\r\n"))) },
  { type: "tls_certificate_error", status: 502, run: on(() => createTlsServer(certificate({ host: "s3cr3t" })), "https") },
  {
    type: "http_response_timeout",
    status: 504,
    run: on(() => tcp(() => {})),
    call: () => ({ signal: AbortSignal.timeout(scaled(100)) }),
  },
];

describe.each(faults)("$type", ({ type, status, run, call }) => {
  it.concurrent.each(Object.keys(clients) as ClientName[])(
    "gives a handler that uses %s an UpstreamError with the fault as its cause",
    async (name) => {
      const { original, error } = await run(async (url) => {
        const rejection: Promise<unknown> = clients[name](url, call?.());
        const original = await rejection.catch((thrown: unknown) => thrown);
        return { original, error: await upstream(rejection as never).catch((thrown: unknown) => thrown) };
      });
      expect(error).toBeInstanceOf(UpstreamError);
      expect(error).toMatchObject({ proxyError: type, upstreamStatus: undefined, upstreamCode: undefined });
      expect((error as Error).message).toBe(`The upstream gave no answer (${type})`);
      expect((error as Error).cause).toBe(original);
      expect(original).toBeInstanceOf(Error);
    },
  );

  it.concurrent.each(hosts)("leaves $name as what it is, with nothing of the inside", async ({ create }) => {
    const problems: Problem[] = [];
    const options = { onError: (found: Problem) => void problems.push(found) };
    const bytes = await run((url) =>
      withServer(
        create(async () => void (await upstream(fetch(url, call?.() ?? {}))), options),
        (port) => exchange(port, request("GET /act")),
      ),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status, error_code: `FSS.0${status}` });
    expect(bytes).not.toContain("s3cr3t");
    expect(problems).toMatchObject([{ status, proxyError: type, upstreamStatus: undefined }]);
  });
});
