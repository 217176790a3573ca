import type { Finding } from "../../problem/finding.js";
import { classifyFault } from "../../proxy-errors/classify-fault.js";
import { proxyErrors } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import type { Context, Family, Rule } from "../rule.js";

/** The request contradicts what is stored, and its sender can resolve that (RFC 9110 section 15.5.10). */
export const conflict: Finding = { status: 409 };

/**
 * Down, full, failing over, or the transaction lost against a concurrent one. The last is no 409: the request was rolled back
 * whole and is right as it stands, so it may be sent again unchanged, which a 503 says and a 409 denies (RFC 9110 sections
 * 15.5.10 and 15.6.4).
 */
export const unavailable: Finding = { status: 503 };

/** Reached, but no answer within the time allowed (RFC 9110 section 15.6.5). */
export const late: Finding = { status: 504 };

/**
 * SQLSTATE, or its class (PostgreSQL, appendix A). Not here, hence 500: what a checked request cannot cause, such as a null, a
 * check or a text too long (23502, 23514, 22xxx), and what only an operator mends: credentials, missing tables, syntax.
 */
const states = facts([
  [conflict, ["23505", "23503", "23P01"]], // unique, foreign key, exclusion
  [unavailable, ["40001", "40P01"]], // serialization failure, deadlock
  [unavailable, ["55P03"]], // lock not available: NOWAIT or lock_timeout
  [unavailable, ["08", "53", "57P01", "57P02", "57P03", "57P05"]], // connection, resources, shutdown, crash, start, idle
  [late, ["57014", "25P04"]], // canceled, which is what statement_timeout does; transaction_timeout
]);

/** MySQL's and MariaDB's own names, and those of mysql and mysql2 for what happens on the way. */
const mysqlCodes = facts([
  [conflict, ["ER_DUP_ENTRY", "ER_DUP_ENTRY_WITH_KEY_NAME", "ER_DUP_KEY"]],
  [conflict, ["ER_ROW_IS_REFERENCED", "ER_ROW_IS_REFERENCED_2", "ER_NO_REFERENCED_ROW", "ER_NO_REFERENCED_ROW_2"]],
  [unavailable, ["ER_LOCK_DEADLOCK", "ER_XA_RBDEADLOCK", "ER_LOCK_WAIT_TIMEOUT", "ER_LOCK_NOWAIT"]],
  [unavailable, ["ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS", "ER_USER_LIMIT_REACHED", "ER_HOST_IS_BLOCKED"]],
  [unavailable, ["ER_OUT_OF_RESOURCES", "ER_OUTOFMEMORY", "ER_DISK_FULL", "ER_SERVER_SHUTDOWN", "ER_READ_ONLY_MODE"]],
  [unavailable, ["PROTOCOL_CONNECTION_LOST", "ER_CLIENT_INTERACTION_TIMEOUT", "POOL_NONEONLINE"]],
  [late, ["ER_QUERY_TIMEOUT", "PROTOCOL_SEQUENCE_TIMEOUT"]],
]);

/** Number of a MongoDB server's error (its error_codes.yml). */
const mongoCodes = facts([
  [conflict, [11000, 11001]], // duplicate key
  [unavailable, [112, 251]], // write conflict; a transaction that the server has already given up
  [unavailable, [24, 46, 133, 134, 462]], // locks, no eligible member, not replicated yet, limits
  [unavailable, [6, 7, 91, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436]], // unreachable, shutdown, election
  [late, [50, 64, 89, 202, 262]], // maxTimeMS, write concern, network and other time limits
]);

/** First word of a Redis reply that refuses a command because of the server's state, or the whole reply. */
const replies = facts([
  [unavailable, ["LOADING", "BUSY", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"]],
  [unavailable, ["ERR max number of clients reached"]],
]);

/** The drivers that tell such things by nothing but the message of a plain Error. */
const messages = facts([
  // pg and pg-pool. The first cannot tell a full pool from a slow connect.
  [unavailable, ["timeout exceeded when trying to connect", "Cannot use a pool after calling end on the pool"]],
  [unavailable, ["Connection terminated", "Connection terminated unexpectedly", "Client was closed and is not queryable"]],
  [unavailable, ["Client has encountered a connection error and is not queryable"]],
  [late, ["Query read timeout", "timeout expired", "Connection terminated due to connection timeout"]],
  // mysql2
  [unavailable, ["Pool is closed.", "Queue limit reached.", "No connections available."]],
  [unavailable, ["Can't add new command when connection is in closed state"]],
  // ioredis
  [unavailable, ["Connection is closed.", "None of startup nodes is available"]],
  [unavailable, ["Stream isn't writeable and enableOfflineQueue options is false"]],
  [unavailable, ["Cluster isn't ready and enableOfflineQueue options is false"]],
  [late, ["Command timed out"]],
  // node-redis
  [unavailable, ["Timeout waiting for a client", "The queue is full"]],
]);

/** The drivers whose classes say it all. */
const classes = facts([
  [unavailable, ["MongoServerSelectionError", "MongoNetworkError", "MongoWaitQueueTimeoutError", "MongoNotConnectedError"]],
  [unavailable, ["MongoPoolClosedError", "MongoPoolClearedError", "PoolClearedOnNetworkError"]],
  [unavailable, ["MongoTopologyClosedError", "MongoClientClosedError"]],
  [late, ["MongoNetworkTimeoutError", "MongoOperationTimeoutError"]],
  // ioredis
  [unavailable, ["MaxRetriesPerRequestError"]],
  // node-redis; WatchError is its lost transaction
  [unavailable, ["ClientClosedError", "ClientOfflineError", "DisconnectsClientError", "SocketClosedUnexpectedlyError"]],
  [unavailable, ["RootNodesUnavailableError", "WatchError"]],
  [late, ["ConnectionTimeoutError", "SocketTimeoutError"]],
  [late, ["SocketTimeoutDuringMaintenanceError", "CommandTimeoutDuringMaintenanceError"]],
]);

/** What the drivers themselves throw. Status only: nothing that a datastore says is meant for the client. */
export const drivers = {
  marks: {
    /** pg, pg-native, postgres, PGlite and Neon; copied by TypeORM and MikroORM. */
    severity: (error) => stated(read(error, "code")),
    /** mysql, mysql2 and mariadb, of a connection that is lost. */
    fatal: (error) => (read(error, "fatal") === true ? outage(error) : undefined),
  },
  names: {
    ...rows(classes),
    MongoServerError: numbered,
    MongoBulkWriteError: numbered,
    MongoWriteConcernError: numbered,
    ReplyError: replied, // ioredis
    ErrorReply: replied, // node-redis, as the next three
    SimpleError: replied,
    BlobError: replied,
    MultiErrorReply: (error, context) =>
      context.recognise(read(read(error, "replies"), read(error, "errorIndexes", 0) as PropertyKey)),
    TimeoutError: (error) => spoken(error) ?? unanswered(error),
    Error: spoken,
  },
  codes: rows(mysqlCodes),
} satisfies Family;

/** What a SQLSTATE means, by itself or by its class. */
export function stated(code: unknown): Finding | undefined {
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return states.get(code) ?? states.get(code.slice(0, 2));
}

/** What a network fault means when the other end is known to be a datastore. */
export function outage(error: unknown): Finding | undefined {
  const type = classifyFault(error);
  if (type === undefined) return undefined;
  return proxyErrors[type].status === late.status ? late : unavailable;
}

function numbered(error: object): Finding | undefined {
  return mongoCodes.get(read(error, "code"));
}

/** A transaction that ioredis reports as discarded failed for the reason of the first command that did. */
function replied(error: object, context: Context): Finding | undefined {
  const message = readText(error, "message") ?? "";
  const [word] = message.split(" ", 1);
  return replies.get(word) ?? replies.get(message) ?? context.recognise(read(error, "previousErrors", 0));
}

/** Knex puts the SQL and a dash before the driver's message. */
function spoken(error: object): Finding | undefined {
  const message = readText(error, "message") ?? "";
  const dash = message.lastIndexOf(" - ");
  return messages.get(dash < 0 ? message : message.slice(dash + 3));
}

/** node-redis gives a command's timeout neither a name of its own nor a message. */
function unanswered(error: object): Finding | undefined {
  return readText(error, "name") === "Error" && readText(error, "message") === "" ? late : undefined;
}

/** A table by what is looked up, from one by what it means. */
export function facts(table: readonly (readonly [Finding, readonly unknown[]])[]): ReadonlyMap<unknown, Finding> {
  return new Map(table.flatMap(([finding, keys]) => keys.map((key) => [key, finding] as const)));
}

/** The same as a family takes it. */
export function rows(table: ReadonlyMap<unknown, Finding>): Readonly<Record<string, Rule>> {
  return Object.fromEntries(table);
}
