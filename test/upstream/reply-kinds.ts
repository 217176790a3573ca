// The replies that callers have at hand.
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { fetch as fetch7, request as request7 } from "undici";
import { fetch as fetch6, request as request6 } from "undici6";
import type { Reply } from "@fg-errors/core/upstream";

export interface ReplyKind {
  readonly name: string;
  /** Whether the caller's library has undone the content codings that it knows. */
  readonly decodes: boolean;
  readonly ask: (port: number, method?: string) => Promise<Reply>;
}

const at = (port: number) => `http://127.0.0.1:${port}/`;

async function incoming(port: number, method = "GET"): Promise<IncomingMessage> {
  const [reply] = (await once(get({ host: "127.0.0.1", port, method, agent: false }), "response")) as [IncomingMessage];
  return reply;
}

async function captured(port: number, method?: string): Promise<Reply> {
  const body = await incoming(port, method);
  return { statusCode: body.statusCode!, headers: body.headers, body };
}

export const replyKinds: readonly ReplyKind[] = [
  { name: "node:http's", decodes: false, ask: incoming },
  { name: "one in undici's form", decodes: false, ask: captured },
  { name: "fetch's", decodes: true, ask: (port, method = "GET") => fetch(at(port), { method }) },
  { name: "fetch's of undici 7", decodes: true, ask: (port, method = "GET") => fetch7(at(port), { method }) },
  { name: "fetch's of undici 6", decodes: true, ask: (port, method = "GET") => fetch6(at(port), { method }) },
  {
    name: "request()'s of undici 7",
    decodes: false,
    ask: (port, method = "GET") => request7(at(port), { method: method as "GET" }),
  },
  {
    name: "request()'s of undici 6",
    decodes: false,
    ask: (port, method = "GET") => request6(at(port), { method: method as "GET" }),
  },
];
