import type { Finding } from "../../problem/finding.js";
import { classifyFault } from "../../proxy-errors/classify-fault.js";
import { proxyErrors } from "../../proxy-errors/proxy-errors.js";
import { read, readText } from "../../util/safe-read.js";
import type { Context, Family, Rule } from "../rule.js";

/** Reports that the request contradicts what is stored. Its sender can resolve that (RFC 9110 section 15.5.10). */
export const conflict: Finding = { status: 409 };

/**
 * Reports that the datastore is down, full or failing over, or that the transaction lost against a concurrent one. The last is no
 * 409: the request was rolled back as a whole and is right as it is, so it may be sent again unchanged. A 503 says that, and a
 * 409 denies it (RFC 9110 sections 15.5.10 and 15.6.4).
 */
export const datastoreUnavailable: Finding = { status: 503 };

/** Reports that the datastore was reached, but did not answer within the time allowed (RFC 9110 section 15.6.5). */
export const queryTimeout: Finding = { status: 504 };

/**
 * Maps a SQLSTATE, or its class, to a finding (PostgreSQL, appendix A). Other states end as a 500: what a checked request cannot
 * cause, such as a null, a check or a text too long (23502, 23514, 22xxx), and what only an operator repairs: credentials,
 * missing tables, syntax.
 */
const sqlStates = findingsByKey([
  [conflict, ["23505", "23503", "23P01"]], // unique, foreign key, exclusion
  [datastoreUnavailable, ["40001", "40P01"]], // serialization failure, deadlock
  [datastoreUnavailable, ["55P03"]], // lock not available: NOWAIT or lock_timeout
  [datastoreUnavailable, ["08", "53", "57P01", "57P02", "57P03", "57P05"]], // connection, resources, shutdown, crash, start, idle
  [{ status: 500 }, ["08P01"]], // protocol violation: the driver's own fault, or a pooler's setting
  [queryTimeout, ["57014", "25P04"]], // canceled, which is what statement_timeout does; transaction_timeout
]);

/** Maps MySQL's and MariaDB's own names to a finding, and those of mysql and mysql2 for failures of the connection. */
const mysqlCodes = findingsByKey([
  [conflict, ["ER_DUP_ENTRY", "ER_DUP_ENTRY_WITH_KEY_NAME", "ER_DUP_KEY"]],
  [conflict, ["ER_ROW_IS_REFERENCED", "ER_ROW_IS_REFERENCED_2", "ER_NO_REFERENCED_ROW", "ER_NO_REFERENCED_ROW_2"]],
  [datastoreUnavailable, ["ER_LOCK_DEADLOCK", "ER_XA_RBDEADLOCK", "ER_LOCK_WAIT_TIMEOUT", "ER_LOCK_NOWAIT"]],
  [datastoreUnavailable, ["ER_CON_COUNT_ERROR", "ER_TOO_MANY_USER_CONNECTIONS", "ER_USER_LIMIT_REACHED", "ER_HOST_IS_BLOCKED"]],
  [datastoreUnavailable, ["ER_OUT_OF_RESOURCES", "ER_OUTOFMEMORY", "ER_DISK_FULL", "ER_SERVER_SHUTDOWN", "ER_READ_ONLY_MODE"]],
  [datastoreUnavailable, ["PROTOCOL_CONNECTION_LOST", "ER_CLIENT_INTERACTION_TIMEOUT", "POOL_NONEONLINE"]],
  [queryTimeout, ["ER_QUERY_TIMEOUT", "PROTOCOL_SEQUENCE_TIMEOUT"]],
]);

/** Maps the number of a MongoDB server's error (its error_codes.yml) to a finding. */
const mongoCodes = findingsByKey([
  [conflict, [11000, 11001]], // duplicate key
  [datastoreUnavailable, [112, 251]], // a transaction that the server has already aborted
  [datastoreUnavailable, [24, 46, 133, 134, 462]], // locks, no eligible member, not replicated yet, limits
  [datastoreUnavailable, [6, 7, 91, 189, 9001, 10058, 10107, 11600, 11602, 13435, 13436]], // unreachable, shutdown, election
  [queryTimeout, [50, 64, 89, 202, 262]], // maxTimeMS, write concern, network and other time limits
]);

/** Maps the first word of a Redis reply, or the whole reply, to a finding. Such a reply refuses a command because of the server's state. */
const redisReplies = findingsByKey([
  [
    datastoreUnavailable,
    ["LOADING", "BUSY", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"],
  ],
  [datastoreUnavailable, ["ERR max number of clients reached"]],
]);

/** Maps the messages of drivers that throw a plain Error to a finding. */
const driverMessages = findingsByKey([
  // pg and pg-pool. The first does not distinguish a full pool from a slow connect.
  [datastoreUnavailable, ["timeout exceeded when trying to connect", "Cannot use a pool after calling end on the pool"]],
  [
    datastoreUnavailable,
    ["Connection terminated", "Connection terminated unexpectedly", "Client was closed and is not queryable"],
  ],
  [datastoreUnavailable, ["Client has encountered a connection error and is not queryable"]],
  [queryTimeout, ["Query read timeout", "timeout expired", "Connection terminated due to connection timeout"]],
  // mysql2
  [datastoreUnavailable, ["Pool is closed.", "Queue limit reached.", "No connections available."]],
  [datastoreUnavailable, ["Can't add new command when connection is in closed state"]],
  // ioredis
  [datastoreUnavailable, ["Connection is closed.", "None of startup nodes is available"]],
  [datastoreUnavailable, ["Stream isn't writeable and enableOfflineQueue options is false"]],
  [datastoreUnavailable, ["Cluster isn't ready and enableOfflineQueue options is false"]],
  [queryTimeout, ["Command timed out"]],
  // node-redis
  [datastoreUnavailable, ["Timeout waiting for a client", "The queue is full"]],
]);

/** Maps classes of drivers' errors to a finding. */
const driverClasses = findingsByKey([
  [
    datastoreUnavailable,
    ["MongoServerSelectionError", "MongoNetworkError", "MongoWaitQueueTimeoutError", "MongoNotConnectedError"],
  ],
  [datastoreUnavailable, ["MongoPoolClosedError", "MongoPoolClearedError", "PoolClearedOnNetworkError"]],
  [datastoreUnavailable, ["MongoTopologyClosedError", "MongoClientClosedError"]],
  [queryTimeout, ["MongoNetworkTimeoutError", "MongoOperationTimeoutError"]],
  // ioredis
  [datastoreUnavailable, ["MaxRetriesPerRequestError"]],
  // node-redis; WatchError is its lost transaction
  [datastoreUnavailable, ["ClientClosedError", "ClientOfflineError", "DisconnectsClientError", "SocketClosedUnexpectedlyError"]],
  [datastoreUnavailable, ["RootNodesUnavailableError", "WatchError"]],
  [queryTimeout, ["ConnectionTimeoutError", "SocketTimeoutError"]],
  [queryTimeout, ["SocketTimeoutDuringMaintenanceError", "CommandTimeoutDuringMaintenanceError"]],
]);

/** Recognises what database drivers themselves throw. A finding has only a status: no text of a datastore is meant for the client. */
export const databaseDrivers = {
  marks: {
    /** Set by pg, pg-native, postgres, PGlite and Neon; copied by TypeORM and MikroORM. */
    severity: (error) => sqlStateFinding(read(error, "code")),
    /** Set by mysql, mysql2 and mariadb for a connection that is lost. */
    fatal: (error) => (read(error, "fatal") === true ? outageFinding(error) : undefined),
  },
  names: {
    ...asRules(driverClasses),
    MongoServerError: mongoFinding,
    MongoError: mongoFinding, // mongodb 3 and earlier, as the next one
    BulkWriteError: mongoFinding,
    MongoBulkWriteError: mongoFinding,
    MongoWriteConcernError: mongoFinding,
    ReplyError: redisFinding, // ioredis
    ErrorReply: redisFinding, // node-redis, as the next three
    SimpleError: redisFinding,
    BlobError: redisFinding,
    MultiErrorReply: (error, context) =>
      context.recognise(read(read(error, "replies"), read(error, "errorIndexes", 0) as PropertyKey)),
    TimeoutError: (error) => messageFinding(error) ?? nodeRedisTimeout(error),
    Error: messageFinding,
  },
  codes: asRules(mysqlCodes),
} satisfies Family;

/** Gives the finding of a SQLSTATE, or of its class. */
export function sqlStateFinding(code: unknown): Finding | undefined {
  if (typeof code !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return sqlStates.get(code) ?? sqlStates.get(code.slice(0, 2));
}

/** Gives the finding of a network fault when the other end is known to be a datastore. */
export function outageFinding(error: unknown): Finding | undefined {
  const type = classifyFault(error);
  if (type === undefined) return undefined;
  return proxyErrors[type].status === queryTimeout.status ? queryTimeout : datastoreUnavailable;
}

function mongoFinding(error: object): Finding | undefined {
  return mongoCodes.get(read(error, "code"));
}

/** Recognises a Redis error. A transaction that ioredis reports as discarded failed for the reason of its first command that failed. */
function redisFinding(error: object, context: Context): Finding | undefined {
  const message = readText(error, "message") ?? "";
  const [word] = message.split(" ", 1);
  return redisReplies.get(word) ?? redisReplies.get(message) ?? context.recognise(read(error, "previousErrors", 0));
}

/** Recognises a driver's message. Knex puts the SQL and a dash before it. */
function messageFinding(error: object): Finding | undefined {
  const message = readText(error, "message") ?? "";
  const dash = message.lastIndexOf(" - ");
  return driverMessages.get(dash < 0 ? message : message.slice(dash + 3));
}

/** Recognises node-redis's timeout of a command, which has neither a name of its own nor a message. */
function nodeRedisTimeout(error: object): Finding | undefined {
  return readText(error, "name") === "Error" && readText(error, "message") === "" ? queryTimeout : undefined;
}

/** Turns a table from finding to keys into one from key to finding. */
export function findingsByKey(table: readonly (readonly [Finding, readonly unknown[]])[]): ReadonlyMap<unknown, Finding> {
  return new Map(table.flatMap(([finding, keys]) => keys.map((key) => [key, finding] as const)));
}

/** Turns that table into the rules of a family. */
export function asRules(table: ReadonlyMap<unknown, Finding>): Readonly<Record<string, Rule>> {
  return Object.fromEntries(table);
}
