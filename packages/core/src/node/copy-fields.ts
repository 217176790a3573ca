import type { ServerResponse } from "node:http";
import type { ReplyHead } from "../http/reply-head.js";
import { isFieldName } from "../http/is-field.js";
import { dropUnsendable } from "./drop-unsendable.js";
import type { NodeResponse } from "./exchange.js";
import { listFields } from "./response-fields.js";

/**
 * Sets an upstream's fields on a response. A list field joins the values that this gateway has set before; any other field replaces them.
 * What Node would not send is left out, also of what the gateway itself has set: the status must be set before.
 * @example copyFields(response, relayed.headers);
 */
export function copyFields(response: NodeResponse, fields: ReplyHead["headers"]): void {
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || !isFieldName(name)) continue; // node:http2 destroys the stream for an invalid name
    try {
      if (listFields.has(name)) (response as ServerResponse).appendHeader(name, value as string | string[]);
      else response.setHeader(name, value);
    } catch {} // not every client is as strict as Node: what cannot be sent is left out
  }
  dropUnsendable(response);
}
