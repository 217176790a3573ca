import { getSystemErrorMap } from "node:util";
import type { Finding } from "../problem/finding.js";
import { faultCodes } from "../proxy-errors/classify-fault.js";
import { read, readText } from "../util/safe-read.js";
import { cleanCode, cleanType } from "../util/sanitize.js";

/** Lists codes of the system, and those that libraries give the errors which they expose. */
const foreignCodes: ReadonlySet<string> = new Set([
  ...[...getSystemErrorMap().values()].map(([name]) => name),
  ...faultCodes,
  "EBADCSRFTOKEN",
]);

/** Matches the name spaces of codes of Node, undici, Fastify, Prisma, MySQL and SQLite. */
const foreignNameSpaces = /^(?:ERR_|HPE_|UND_ERR_|FST_|P\d{4}$|ER_|SQLITE_)/;

/**
 * Reads the code, type and title of an error whose message may leave: its thrower has written them for the same reader. A code of the
 * system or of a library describes what happened inside. A title belongs to a type (RFC 9457 section 4.2.1).
 * @param source the error, or the body that it keeps for the response
 * @param known its code, or "" for none, and its type, if they are read already
 */
export function exposedMembers(
  source: unknown,
  known: { readonly code: unknown; readonly type: unknown } = { code: read(source, "code"), type: read(source, "type") },
): Pick<Finding, "code" | "type" | "title"> {
  const [code, type] = [cleanCode(known.code), cleanType(known.type)];
  const isForeign = code === undefined || foreignCodes.has(code) || foreignNameSpaces.test(code);
  return { code: isForeign ? undefined : code, type, title: type === undefined ? undefined : readText(source, "title") };
}
