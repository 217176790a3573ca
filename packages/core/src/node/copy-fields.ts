import type { ServerResponse } from "node:http";
import type { ReplyHead } from "../http/reply-head.js";
import type { NodeResponse } from "./answer.js";

/**
 * Sets an upstream's fields. Those that are lists by nature join what this gateway has set before, all others replace it; what Node
 * would not send is left out.
 * @example copyFields(response, passage.headers);
 */
export function copyFields(response: NodeResponse, fields: ReplyHead["headers"]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    try {
      if (lists.has(name)) (response as ServerResponse).appendHeader(name, value as string | string[]);
      else response.setHeader(name, value);
    } catch {} // not every client is as strict as Node: what cannot be sent is left out
  }
}

const lists: ReadonlySet<string> = new Set(["set-cookie", "vary"]);
