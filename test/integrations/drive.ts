// One fault through one integration on one host, and what must be true of the answer.
import { createServer } from "node:http";
import { connect } from "node:net";
import type { Problem, ResponderOptions } from "@fg-errors/core";
import { proxyErrors } from "@fg-errors/core/upstream";
import { expect } from "vitest";
import { assertContract } from "../assert-contract.js";
import type { Fault, Upstream } from "../faults/index.js";
import { patience, scaled } from "../patience.js";
import { parseAnswer, request, withServer } from "../wire.js";
import type { Integration, Outcome } from "./integration.js";
import type { Host } from "./integration-hosts.js";

/** Milliseconds: what an integration waits for an upstream that never comes to an end, and for any other; what a client waits for an answer. */
const limits = { endless: scaled(500), integration: patience, client: 1.2 * patience };

/** Runs the fault and looks at the whole exchange. */
export async function drive(host: Host, integration: Integration, fault: Fault, upstream: Upstream): Promise<void> {
  const outcome = outcomeOf(integration, fault, host) as Exclude<Outcome, "unreported">;
  const problems: Problem[] = [];
  const options: ResponderOptions = { proxyName: "edge", onError: (problem) => void problems.push(problem) };
  const closers: (() => unknown)[] = [];
  const onClose = (close: () => unknown) => void closers.push(close);
  const listener = await host.create(integration, {
    upstream,
    limit: fault.endless ? limits.endless : limits.integration,
    options,
    onClose,
  });
  try {
    const bytes = await withServer(createServer(listener), (port) => converse(port));
    const { type, status } = { ...fault, ...(outcome as Partial<Fault>) };
    const [answer = "", next] = bytes.split(/(?=HTTP\/1\.1 \d{3} )/);
    if (outcome === "relayed") expectSuccess(answer, problems);
    else if (fault.when === "after" && answer.startsWith("HTTP/1.1 200 ")) expectCut(bytes, problems, type);
    else {
      expectAnswer(integration.forgetsHead ? answer.replace(/^x-inside.*\r\n/im, "") : answer, problems, { type, status });
      expect(parseAnswer(next ?? "").text).toContain("still here"); // on the same connection
    }
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

/** What comes of a fault behind this integration. */
export function outcomeOf({ exceptions = [], decodes }: Integration, fault: Fault, host: Host): Outcome {
  const exception = exceptions.find(([names, , hosts]) => names.test(fault.name) && (hosts?.test(host.name) ?? true))?.[1];
  return exception ?? (fault.status < 400 || (fault.decoding && !decodes) ? "relayed" : fault);
}

/** Asks for the upstream's root and then, on the same connection, for what the gateway has itself; gives all that comes back. */
function converse(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = "";
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(limits.client, () => reject(new Error(`no end within ${limits.client} ms of: ${bytes}`)));
    socket.on("data", (chunk) => (bytes += chunk.toString("latin1")));
    socket.on("error", () => {}).on("close", () => resolve(bytes));
    socket.write(request("GET /", { Connection: "keep-alive" }) + request("GET /alive"));
  });
}

function expectSuccess(answer: string, problems: readonly Problem[]): void {
  expect(answer).toMatch(/^HTTP\/1\.1 20/);
  expect(problems).toEqual([]);
}

function expectAnswer(answer: string, problems: readonly Problem[], { type, status }: Pick<Fault, "type" | "status">): void {
  const parsed = parseAnswer(answer);
  expect(answer).not.toMatch(/s3cr3t|127\.0\.0\.1|localhost|node_modules/i);
  expect(problems.map(({ proxyError }) => proxyError)).toEqual([type]);
  expect(assertContract(parsed)).toMatchObject({ status });
  expect(parsed.headers.get("access-control-allow-origin")).toBe("https://shop.example");
  expect(parsed.headers.has("server")).toBe(false);
  expect(parsed.headers.get("proxy-status")).toMatch(/^edge(;|$)/);
  if (type) expect(parsed.headers.get("proxy-status")).toContain(`error=${type}`);
  expect(type === undefined || proxyErrors[type].status === status).toBe(true);
}

/** The head and some content came, then neither an end nor anything else. */
function expectCut(bytes: string, problems: readonly Problem[], type: Fault["type"]): void {
  const [head = "", content = ""] = bytes.split("\r\n\r\n", 2);
  expect(problems.map(({ proxyError }) => proxyError)).toEqual([type]);
  expect(bytes).not.toContain("error_code");
  expect(bytes).not.toContain("still here");
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  if (length === undefined) {
    expect(head).toMatch(/^transfer-encoding: chunked/im);
    expect(bytes).not.toMatch(/\r\n0\r\n\r\n$/);
  } else expect(content.length).toBeLessThan(Number(length));
}
