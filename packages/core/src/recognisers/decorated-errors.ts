import { read, readText } from "../util/safe-read.js";
import { hasAny, seekMembers } from "./error-keys.js";
import type { Context } from "./rule.js";

/** Lists errors of the language, whose messages quote code or input. */
const nativeErrors: ReadonlySet<unknown> = new Set([
  "EvalError",
  "RangeError",
  "ReferenceError",
  "SyntaxError",
  "TypeError",
  "URIError",
]);

/** Whether somebody only decorated another failure: createError(404, enoent) exposes a path, or a database error's SQL. */
export function isDecorated(error: object, context: Context): boolean {
  return nativeErrors.has(read(error, "name")) || context.operationalFinding() !== undefined || isForeignError(error, context);
}

/** Whether an error has members that system calls or drivers add. One that no rule knows quotes a path or its SQL all the same. */
function isForeignError(error: object, { members }: Context): boolean {
  if (!hasAny(members, foreignNames)) return false;
  const has = (name: string) => members.has(name) && read(error, name) !== undefined;
  const ofQuery = has("query") && (read(error, "params") ?? read(error, "parameters")) !== undefined;
  const ofState = has("severity") && readText(error, "code")?.length === 5; // a SQLSTATE
  return ofQuery || ofState || foreignMembers.some(has);
}

const foreignMembers = ["syscall", "errno", "sql", "sqlState", "errorResponse", "driverError", "clientVersion"];
const foreignNames = seekMembers([...foreignMembers, "query", "severity"]);
