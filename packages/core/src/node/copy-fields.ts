import type { ServerResponse } from "node:http";
import type { ReplyHead } from "../http/reply-head.js";
import { isFieldName } from "../http/sendable.js";
import { dropUnsendable } from "./drop-unsendable.js";
import type { NodeResponse } from "./exchange.js";

/**
 * Sets an upstream's fields. Those that are lists by nature join what this gateway has set before, all others replace it; what Node
 * would not send is left out, of what the gateway itself has set, too: the status must be set before.
 * @example copyFields(response, passage.headers);
 */
export function copyFields(response: NodeResponse, fields: ReplyHead["headers"]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !isFieldName(name)) continue; // for a name that is none, node:http2 destroys the stream
    try {
      if (lists.has(name)) (response as ServerResponse).appendHeader(name, value as string | string[]);
      else response.setHeader(name, value);
    } catch {} // not every client is as strict as Node: what cannot be sent is left out
  }
  dropUnsendable(response);
}

const lists: ReadonlySet<string> = new Set(["set-cookie", "vary"]);
