import { contentOf, discardContent, isFetched, type Reply } from "../reply.js";
import { codingsOf, decodeContent, isStillCoded } from "./content-codings.js";
import { readStart } from "./read-start.js";

/**
 * Reads the start of an error reply's content, without its codings. Octets beyond `limit`, before or after decoding, are not read
 * but cancelled. The result is empty where the content cannot be read or decoded. Never rejects.
 * @param encoding the reply's Content-Encoding
 */
export async function readContent(reply: Reply, encoding: unknown, limit: number): Promise<Buffer> {
  try {
    const codings = codingsOf(encoding);
    const stream = codings && limit > 0 ? contentOf(reply) : null;
    if (codings && stream) {
      const content = await readStart(stream, limit);
      return !isFetched(reply) || isStillCoded(codings, content) ? await decodeContent(codings, content, limit) : content;
    }
  } catch {} // it was read before
  discardContent(reply);
  return Buffer.alloc(0);
}
