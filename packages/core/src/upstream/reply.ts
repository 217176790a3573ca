import { functionGraph } from "../contract.js";
import { requiredFields } from "../headers.js";
import { toProblem, type Problem } from "../problem.js";
import type { Finding } from "../recognisers/rule.js";
import type { NormalizeOptions } from "../thrown.js";
import { readContent, type Reply } from "./content.js";
import { readEnvelope } from "./envelope.js";

/**
 * What an upstream's error reply means when it is relayed: its status folded, of a 4xx its message too.
 * Reads the body up to a cap and cancels the rest. Never rejects.
 * @param reply a node:http response or a fetch Response whose body was not read yet
 * @example const problem = await normalizeUpstream(await fetch(url));
 */
export async function normalizeUpstream(
  reply: Reply,
  options: Pick<NormalizeOptions, "contract" | "service"> = {},
): Promise<Problem> {
  const { contract = functionGraph, service = "FSS" } = options;
  return toProblem(await upstreamFinding(reply), reply, contract, service);
}

/** The same before the contract folds it. */
export async function upstreamFinding(reply: Reply): Promise<Finding> {
  const header = (name: string) =>
    ("httpVersion" in reply ? reply.headers[name]?.toString() : reply.headers.get(name)) ?? undefined;
  const status = ("httpVersion" in reply ? reply.statusCode : reply.status) ?? 0;
  const names = ["retry-after", requiredFields[status] ?? []].flat();
  const headers = Object.fromEntries(names.map((name) => [name, header(name)]));
  return { ...replyFinding(status, header("content-type"), await readContent(reply)), headers, upstream: true };
}

/** What an error response says: of a server error only its code, for its message was not written for this client. */
export function replyFinding(status: number, contentType: string | undefined, body: unknown): Finding {
  const { detail, code } = readEnvelope(contentType, body);
  return status < 500 ? { status, detail, code } : { status, code };
}
