import { contentOf, discardContent, isFetched, type Reply } from "../reply.js";
import { codingsOf, isStillCoded, undo } from "./content-codings.js";
import { beginningOf } from "./read-start.js";

/**
 * The start of an error reply's content, without its codings. What is beyond `limit` octets, before or after decoding, is not read
 * but cancelled. Empty where it cannot be read or decoded. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
export async function readContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    const stream = codings && limit > 0 ? contentOf(reply) : null;
    if (codings && stream) {
      const content = await beginningOf(stream, limit);
      return !isFetched(reply) || isStillCoded(codings, content) ? await undo(codings, content, limit) : content;
    }
  } catch {} // it was read before
  discardContent(reply);
  return Buffer.alloc(0);
}
