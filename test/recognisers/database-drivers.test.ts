import { createRequire } from "node:module";
import { Redis } from "ioredis";
import { MongoClient, MongoOperationTimeoutError } from "mongodb";
import mysql from "mysql2/promise";
import { Client, Pool } from "pg";
import {
  CommandTimeoutDuringMaintenanceError,
  createClient,
  createClientPool,
  createCluster,
  SocketTimeoutDuringMaintenanceError,
} from "redis";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { patience, scaled } from "../patience.js";
import { startMongo } from "./servers/mongo.js";
import { startMysql } from "./servers/mysql.js";
import { failure } from "./outcome.js";
import { classOf, expectStatusOnly, secret } from "./servers/status-only.js";
import { startPostgres, startRefusingPostgres } from "./servers/postgres.js";
import { startRedis } from "./servers/redis.js";
import { closedPort } from "../wire.js";
import { listen, type Running } from "./servers/tcp.js";

const host = "127.0.0.1";
const servers: Running[] = [];

async function start(starting: Promise<Running>): Promise<number> {
  const server = await starting;
  servers.push(server);
  return server.port;
}

afterAll(() => Promise.all(servers.map(({ close }) => close())), 60_000);

describe("pg", () => {
  let pool: Pool;
  let refusing: number;

  beforeAll(async () => {
    const port = await start(startPostgres());
    pool = new Pool({ host, port, user: "postgres", database: "postgres", max: 2 });
    refusing = await start(startRefusingPostgres());
  }, 60_000);

  afterAll(() => pool.end());

  const clientOf = (database: string, options: object = {}) => {
    const client = new Client({ host, port: refusing, user: "u", database, ...options });
    client.on("error", () => undefined);
    return client;
  };

  it.each([
    ["unique", `INSERT INTO account VALUES (2, '${secret}@example.org', 30)`, 409],
    ["foreign key, absent", "INSERT INTO booking VALUES (77, NULL)", 409],
    ["foreign key, still used", "DELETE FROM account WHERE id = 1", 409],
    ["exclusion", "INSERT INTO booking VALUES (1, '[2,3)')", 409],
    ["null", `INSERT INTO account (id) VALUES (2) -- ${secret}`, 500],
    ["check", `INSERT INTO account VALUES (2, '${secret}', -1)`, 500],
    ["invalid text", `SELECT '${secret}'::int`, 500],
    ["missing table", `SELECT * FROM ${secret}`, 500],
    ["syntax", secret, 500],
  ])("%s", async (_, sql, status) => {
    const error = await failure(() => pool.query(sql));
    expect(error).toHaveProperty("severity", "ERROR");
    expectStatusOnly(error, status);
  });

  it.each([
    ["40001", 503],
    ["40P01", 503],
    ["55P03", 503],
    ["53100", 503],
    ["53200", 503],
    ["53300", 503],
    ["57014", 504],
    ["57P01", 503],
    ["57P02", 503],
    ["57P05", 503],
    ["08006", 503],
    ["08P01", 500],
    ["25P04", 504],
    ["P0001", 500],
  ])("SQLSTATE %s raised by the server gives %i", async (state, status) => {
    const error = await failure(() => pool.query("SELECT fail($1)", [state]));
    expect(error).toMatchObject({ code: state, message: secret });
    expectStatusOnly(error, status);
  });

  it.each([
    ["53300", 503],
    ["57P03", 503],
    ["28P01", 500],
    ["3D000", 500],
  ])("refused with SQLSTATE %s while connecting", async (state, status) => {
    expectStatusOnly(await failure(() => clientOf(state).connect()), status);
  });

  it("connection lost", async () => {
    const client = clientOf("any");
    await client.connect();
    const error = await failure(() => client.query("cut"));
    expect(error).toHaveProperty("message", "Connection terminated unexpectedly");
    expectStatusOnly(error, 503);
    expectStatusOnly(await failure(() => client.query("again")), 503);
  });

  it("client closed", async () => {
    const client = clientOf("any");
    await client.connect();
    const closing = client.query(`SELECT '${secret}'`);
    void client.end().catch(() => undefined);
    const error = await failure(() => client.query("late"));
    expect(error).toHaveProperty("message", "Client was closed and is not queryable");
    expectStatusOnly(error, 503);
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    expectStatusOnly(await failure(() => closing), 503);
  });

  it("query_timeout", async () => {
    const client = clientOf("any", { query_timeout: scaled(50) });
    await client.connect();
    expectStatusOnly(await failure(() => client.query("SELECT 1")), 504);
    void client.end().catch(() => undefined);
  });

  it("connect timeouts", async () => {
    expectStatusOnly(await failure(() => clientOf("mute", { connectionTimeoutMillis: scaled(50) }).connect()), 504);
    const slow = new Pool({ host, port: refusing, user: "u", database: "mute", connectionTimeoutMillis: scaled(50) });
    const error = await failure(() => slow.connect());
    expect(error).toHaveProperty("message", "Connection terminated due to connection timeout");
    expectStatusOnly(error, 504);
    await slow.end();
  });

  it("pool full, then ended", async () => {
    const full = new Pool({ host, port: refusing, user: "u", database: "any", max: 1, connectionTimeoutMillis: scaled(300) });
    const occupied = await full.connect();
    const error = await failure(() => full.connect());
    expect(error).toHaveProperty("message", "timeout exceeded when trying to connect");
    expectStatusOnly(error, 503);
    occupied.release(true);
    await full.end();
    expectStatusOnly(await failure(() => full.connect()), 503);
  });
});

describe("mysql2", () => {
  let port: number;
  beforeAll(async () => {
    port = await start(startMysql());
  });

  const query = async (sql: string, options: { port?: number; timeout?: number } = {}) => {
    const connection = await mysql.createConnection({ host, port: options.port ?? port, user: "u", connectTimeout: patience });
    try {
      await connection.query({ sql, ...(options.timeout && { timeout: options.timeout }) });
    } finally {
      connection.destroy();
    }
  };

  it.each([
    [1062, "ER_DUP_ENTRY", 409],
    [1586, "ER_DUP_ENTRY_WITH_KEY_NAME", 409],
    [1022, "ER_DUP_KEY", 409],
    [1216, "ER_NO_REFERENCED_ROW", 409],
    [1217, "ER_ROW_IS_REFERENCED", 409],
    [1451, "ER_ROW_IS_REFERENCED_2", 409],
    [1452, "ER_NO_REFERENCED_ROW_2", 409],
    [1213, "ER_LOCK_DEADLOCK", 503],
    [1614, "ER_XA_RBDEADLOCK", 503],
    [1205, "ER_LOCK_WAIT_TIMEOUT", 503],
    [3572, "ER_LOCK_NOWAIT", 503],
    [1203, "ER_TOO_MANY_USER_CONNECTIONS", 503],
    [1226, "ER_USER_LIMIT_REACHED", 503],
    [1021, "ER_DISK_FULL", 503],
    [1037, "ER_OUTOFMEMORY", 503],
    [1041, "ER_OUT_OF_RESOURCES", 503],
    [1053, "ER_SERVER_SHUTDOWN", 503],
    [1836, "ER_READ_ONLY_MODE", 503],
    [4031, "ER_CLIENT_INTERACTION_TIMEOUT", 503],
    [3024, "ER_QUERY_TIMEOUT", 504],
    [1048, "ER_BAD_NULL_ERROR", 500],
    [1146, "ER_NO_SUCH_TABLE", 500],
    [1064, "ER_PARSE_ERROR", 500],
  ])("%i %s gives %i", async (number, code, status) => {
    const error = await failure(() => query(`fail with ${number}`));
    expect(error).toMatchObject({ code, message: expect.stringContaining(secret) });
    expectStatusOnly(error, status);
  });

  it.each([
    [1040, "ER_CON_COUNT_ERROR", 503],
    [1129, "ER_HOST_IS_BLOCKED", 503],
    [1045, "ER_ACCESS_DENIED_ERROR", 500],
    [1049, "ER_BAD_DB_ERROR", 500],
  ])("refused with %i %s while connecting", async (number, code, status) => {
    const refusing = await start(startMysql(number));
    const error = await failure(() => query("", { port: refusing }));
    expect(error).toHaveProperty("code", code);
    expectStatusOnly(error, status);
  });

  it("connection lost", async () => {
    const error = await failure(() => query(`cut ${secret}`));
    expect(error).toHaveProperty("code", "PROTOCOL_CONNECTION_LOST");
    expectStatusOnly(error, 503);
  });

  it("a connection that was closed before", async () => {
    const connection = await mysql.createConnection({ host, port, user: "u" });
    connection.on("error", () => undefined);
    await failure(() => connection.query("cut"));
    const error = await failure(() => connection.query("again"));
    expect(error).toHaveProperty("message", "Can't add new command when connection is in closed state");
    expectStatusOnly(error, 503);
  });

  it("query timeout", async () => {
    const error = await failure(() => query("mute", { timeout: scaled(50) }));
    expect(error).toHaveProperty("code", "PROTOCOL_SEQUENCE_TIMEOUT");
    expectStatusOnly(error, 504);
  });

  it("refused, wherever the error came from", async () => {
    const error = await failure(async () => query("", { port: await closedPort() }));
    expect(error).toMatchObject({ code: "ECONNREFUSED", fatal: true });
    expectStatusOnly(error, 503);
  });

  it("connect timeout", async () => {
    const mute = await start(listen(() => undefined));
    const error = await failure(() => mysql.createConnection({ host, port: mute, user: "u", connectTimeout: scaled(50) }));
    expect(error).toMatchObject({ code: "ETIMEDOUT", fatal: true });
    expectStatusOnly(error, 504);
  });

  it("pool full, then closed; no node left in a cluster", async () => {
    const impatient = mysql.createPool({ host, port, user: "u", connectionLimit: 1, waitForConnections: false });
    const short = mysql.createPool({ host, port, user: "u", connectionLimit: 1, queueLimit: 1 });
    await impatient.getConnection();
    expectStatusOnly(await failure(() => impatient.getConnection()), 503);
    await short.getConnection();
    const waiting = failure(() => short.getConnection());
    expectStatusOnly(await failure(() => short.getConnection()), 503);
    await Promise.all([impatient.end(), short.end()]);
    expectStatusOnly(await waiting, 503);
    expectStatusOnly(await failure(() => impatient.getConnection()), 503);
  });

  it("no node left in a cluster", async () => {
    const cluster = mysql.createPoolCluster({ removeNodeErrorCount: 1, restoreNodeTimeout: 10_000 });
    cluster.add("only", { host, port: await closedPort(), user: "u" });
    expectStatusOnly(await failure(() => cluster.getConnection()), 503);
    const error = await failure(() => cluster.getConnection());
    expect(error).toHaveProperty("code", "POOL_NONEONLINE");
    expectStatusOnly(error, 503);
    await cluster.end();
  });
});

describe("mongodb", () => {
  let port: number;
  const clients: MongoClient[] = [];

  const clientTo = (to: number, options: object = {}) => {
    const client = new MongoClient(`mongodb://${host}:${to}/?directConnection=true&retryReads=false&retryWrites=false`, {
      serverSelectionTimeoutMS: patience,
      ...options,
    });
    clients.push(client);
    return client.db("a");
  };

  beforeAll(async () => {
    port = await start(startMongo());
  });

  afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));

  it.each([
    [11000, 409],
    [11001, 409],
    [112, 503],
    [251, 503],
    [24, 503],
    [46, 503],
    [133, 503],
    [134, 503],
    [462, 503],
    [6, 503],
    [7, 503],
    [91, 503],
    [189, 503],
    [9001, 503],
    [10058, 503],
    [10107, 503],
    [11600, 503],
    [11602, 503],
    [13435, 503],
    [13436, 503],
    [50, 504],
    [89, 504],
    [202, 504],
    [262, 504],
    [18, 500],
    [26, 500],
    [121, 500],
  ])("MongoServerError %i gives %i", async (code, status) => {
    const error = await failure(() => clientTo(port).collection(`c${code}`).findOne());
    expect(error).toMatchObject({ name: "MongoServerError", code, message: expect.stringContaining(secret) });
    expectStatusOnly(error, status);
  });

  it("duplicate key of one document, and of a bulk", async () => {
    const collection = clientTo(port).collection("write11000");
    const one = await failure(() => collection.insertOne({ email: secret }));
    expect(one).toMatchObject({ name: "MongoServerError", code: 11000, keyValue: { email: secret } });
    expectStatusOnly(one, 409);
    const many = await failure(() => collection.insertMany([{ email: secret }]));
    expect(many).toMatchObject({ name: "MongoBulkWriteError", code: 11000 });
    expectStatusOnly(many, 409);
  });

  it.each([
    [11000, 409],
    [11001, 409],
    [112, 503],
    [50, 504],
    [121, 500],
  ])("errors of drivers before mongodb 4: %i gives %i", (code, status) => {
    type Made = new (error: object, result?: object) => Error;
    const { MongoError, BulkWriteError } = createRequire(import.meta.url)("mongodb3") as Readonly<Record<string, Made>>;
    expectStatusOnly(new MongoError!({ errmsg: `dup key: { email: "${secret}" }`, code }), status);
    const bulk = new BulkWriteError!({ message: secret, code, writeErrors: [] }, {});
    expectStatusOnly(bulk, status);
  });

  it("write concern not reached in time", async () => {
    const error = await failure(() => clientTo(port).collection("concern64").deleteOne({ email: secret }));
    expect(error).toHaveProperty("name", "MongoWriteConcernError");
    expectStatusOnly(error, 504);
  });

  it("connection lost, and with it those who waited for it", async () => {
    const database = clientTo(port, { maxPoolSize: 1 });
    await database.collection("any").findOne();
    const lost = failure(() => database.collection("cut").findOne({ secret }));
    const waiting = await failure(() => database.collection("any").findOne({ secret }));
    expect(await lost).toHaveProperty("name", "MongoNetworkError");
    expectStatusOnly(await lost, 503);
    expect(waiting).toHaveProperty("name", "MongoPoolClearedError");
    expectStatusOnly(waiting, 503);
  });

  it("the server falls silent, which its monitor finds out", async () => {
    const other = await start(startMongo());
    const database = clientTo(other, { heartbeatFrequencyMS: scaled(500), connectTimeoutMS: scaled(200) });
    const error = await failure(() => database.collection("faint").findOne({ secret }));
    expect(error).toHaveProperty("name", "PoolClearedOnNetworkError");
    expectStatusOnly(error, 503);
  });

  it("down", async () => {
    const error = await failure(async () =>
      clientTo(await closedPort(), { serverSelectionTimeoutMS: scaled(50) })
        .collection("any")
        .findOne(),
    );
    expect(error).toHaveProperty("name", "MongoServerSelectionError");
    expectStatusOnly(error, 503);
  });

  it("socket timeout", async () => {
    const error = await failure(() =>
      clientTo(port, { socketTimeoutMS: scaled(100) })
        .collection("mute")
        .findOne({ secret }),
    );
    expect(error).toHaveProperty("name", "MongoNetworkTimeoutError");
    expectStatusOnly(error, 504);
  });

  it("timeoutMS", () => {
    // Made by hand: the drivers 6.6 to 7.8 throw it, for 7.9 the option is without effect.
    expectStatusOnly(new MongoOperationTimeoutError(`Timed out ${secret}`), 504);
  });

  it("pool full, then closed", async () => {
    const database = clientTo(port, { maxPoolSize: 1, waitQueueTimeoutMS: scaled(300) });
    await database.collection("any").findOne();
    const running = failure(() => database.collection("mute").findOne());
    const full = await failure(() => database.collection("any").findOne());
    expect(full).toHaveProperty("name", "MongoWaitQueueTimeoutError");
    expectStatusOnly(full, 503);
    const next = failure(() => database.collection("any").findOne());
    const waiting = failure(() => database.collection("any").findOne());
    await database.client.close();
    expectStatusOnly(await next, 503); // its connection was just being made
    expect(await running).toHaveProperty("name", "MongoClientClosedError");
    expectStatusOnly(await running, 503);
    expect(await waiting).toHaveProperty("name", "MongoPoolClosedError");
    expectStatusOnly(await waiting, 503);
    const closed = await failure(() => database.collection("any").findOne());
    expect(closed).toHaveProperty("name", "MongoNotConnectedError");
    expectStatusOnly(closed, 503);
  });

  it("closed while it looked for a server", async () => {
    const database = clientTo(await closedPort());
    const waiting = failure(() => database.collection("any").findOne());
    await new Promise((resolve) => database.client.once("serverHeartbeatFailed", resolve));
    await database.client.close();
    expect(await waiting).toHaveProperty("name", "MongoTopologyClosedError");
    expectStatusOnly(await waiting, 503);
  });
});

describe("ioredis", () => {
  const clientTo = (port: number, options: object = {}) => {
    const redis = new Redis(port, host, { enableReadyCheck: false, retryStrategy: () => null, ...options });
    redis.on("error", () => undefined);
    return redis;
  };
  let redis: Redis;
  let port: number;
  beforeAll(async () => {
    port = await start(startRedis());
    redis = clientTo(port);
  });
  afterAll(() => redis.disconnect());

  it.each(refusals())("%s", async (reply, status) => {
    const error = await failure(() => redis.get(`${reply} ${secret}`));
    expect(error).toHaveProperty("name", "ReplyError");
    expectStatusOnly(error, status);
  });

  it("discarded transactions", async () => {
    const other = clientTo(port);
    const error = await failure(() => other.multi().get(`OOM ${secret}`).exec());
    expect(error).toMatchObject({ name: "ReplyError", previousErrors: [{}] });
    expectStatusOnly(error, 503);
    other.disconnect();
  });

  it("max number of clients", async () => {
    const full = clientTo(await start(startRedis("ERR max number of clients reached")));
    expectStatusOnly(await failure(() => full.get(secret)), 503);
    full.disconnect();
    expectStatusOnly(await failure(() => redis.get("ERR max number of clients reached")), 503);
  });

  it("connection lost", async () => {
    const other = clientTo(port);
    const error = await failure(() => other.get("cut"));
    expect(error).toHaveProperty("message", "Connection is closed.");
    expectStatusOnly(error, 503);
  });

  it("connection lost in the middle of a transaction", async () => {
    const other = clientTo(port, { retryStrategy: () => 1 });
    const error = await failure(() => other.multi().get("later WRONGTYPE").get("cut").exec());
    other.disconnect();
    expect(error).toHaveProperty("name", "AbortError"); // as any work that was given up
    expectStatusOnly(error, 503);
  });

  it("down", async () => {
    const down = clientTo(await closedPort(), { retryStrategy: () => 1, maxRetriesPerRequest: 1 });
    const error = await failure(() => down.get(secret));
    down.disconnect();
    expect(error).toHaveProperty("name", "MaxRetriesPerRequestError");
    expectStatusOnly(error, 503);
  });

  it("no queue while it is down", async () => {
    const down = clientTo(port, { enableOfflineQueue: false });
    expectStatusOnly(await failure(() => down.get(secret)), 503);
    down.disconnect();
  });

  it("command timeout", async () => {
    const slow = clientTo(port, { commandTimeout: scaled(50) });
    expectStatusOnly(await failure(() => slow.get("mute")), 504);
    slow.disconnect();
  });

  it("cluster of which no node answers", async () => {
    const startup = [{ host, port: await closedPort() }];
    const cluster = new Redis.Cluster(startup, { clusterRetryStrategy: () => null });
    const hasty = new Redis.Cluster(startup, { clusterRetryStrategy: () => null, enableOfflineQueue: false });
    for (const each of [cluster, hasty]) each.on("error", () => undefined);
    const error = await failure(() => hasty.get(secret));
    expect(error).toHaveProperty("message", "Cluster isn't ready and enableOfflineQueue options is false");
    expectStatusOnly(error, 503);
    const down = await failure(() => cluster.get(secret));
    expect(down).toHaveProperty("message", "None of startup nodes is available");
    expectStatusOnly(down, 503);
  });
});

describe("node-redis", () => {
  const clientTo = (port: number, socket: object = {}, options: object = {}) => {
    const client = createClient({ socket: { host, port, reconnectStrategy: false, ...socket }, ...options });
    client.on("error", () => undefined);
    return client;
  };
  let client: ReturnType<typeof clientTo>;
  let port: number;
  beforeAll(async () => {
    port = await start(startRedis());
    client = clientTo(port);
    await client.connect();
  });
  afterAll(() => client.destroy());

  it.each(refusals())("%s", async (reply, status) => {
    const error = await failure(() => client.get(`${reply} ${secret}`));
    expect(classOf(error)).toBe("SimpleError");
    expectStatusOnly(error, status);
  });

  it("one command of a transaction", async () => {
    const error = await failure(() => client.multi().get("later OK").get(`later READONLY ${secret}`).exec());
    expect(classOf(error)).toBe("MultiErrorReply");
    expectStatusOnly(error, 500); // the first that failed decides
    expectStatusOnly(await failure(() => client.multi().get(`later READONLY ${secret}`).exec()), 503);
  });

  it("watched key changed", async () => {
    const other = clientTo(port);
    await other.connect();
    await other.watch(secret);
    const error = await failure(() => other.multi().exec());
    other.destroy();
    expect(classOf(error)).toBe("WatchError");
    expectStatusOnly(error, 503);
  });

  it("max number of clients", async () => {
    const full = clientTo(await start(startRedis("ERR max number of clients reached")));
    expectStatusOnly(await failure(() => full.connect()), 503);
    expectStatusOnly(await failure(() => client.get("ERR max number of clients reached")), 503);
  });

  it("connection lost, then closed", async () => {
    const other = clientTo(port);
    await other.connect();
    const lost = await failure(() => other.get("cut"));
    expect(classOf(lost)).toBe("SocketClosedUnexpectedlyError");
    expectStatusOnly(lost, 503);
    const closed = await failure(() => other.get(secret));
    expect(classOf(closed)).toBe("ClientClosedError");
    expectStatusOnly(closed, 503);
  });

  it("destroyed with a command under way", async () => {
    const other = clientTo(port);
    await other.connect();
    const waiting = failure(() => other.get("mute"));
    await failure(() => client.get("ERR")); // the other's command is on its way by now
    other.destroy();
    const error = await waiting;
    expect(classOf(error)).toBe("DisconnectsClientError");
    expectStatusOnly(error, 503);
  });

  it("offline", async () => {
    const offline = clientTo(await closedPort(), { reconnectStrategy: 10_000 }, { disableOfflineQueue: true });
    const failed = new Promise((resolve) => offline.once("error", resolve));
    void offline.connect().catch(() => undefined);
    await failed;
    const error = await failure(() => offline.get(secret));
    offline.destroy();
    expect(classOf(error)).toBe("ClientOfflineError");
    expectStatusOnly(error, 503);
  });

  it("command not sent in time, or not queued at all", async () => {
    const offline = clientTo(await closedPort(), { reconnectStrategy: 10_000 }, { commandsQueueMaxLength: 1 });
    const failed = new Promise((resolve) => offline.once("error", resolve));
    void offline.connect().catch(() => undefined);
    await failed;
    const waiting = failure(() => offline.withCommandOptions({ timeout: scaled(50) }).get(secret));
    expectStatusOnly(await failure(() => offline.get(secret)), 503);
    expect(classOf(await waiting)).toBe("TimeoutError");
    expectStatusOnly(await waiting, 504);
    offline.destroy();
  });

  it("cluster of which no node answers", async () => {
    const cluster = createCluster({ rootNodes: [{ socket: { host, port: await closedPort(), reconnectStrategy: false } }] });
    cluster.on("error", () => undefined);
    const error = await failure(() => cluster.connect());
    expect(classOf(error)).toBe("RootNodesUnavailableError");
    expectStatusOnly(error, 503);
  });

  it("connect timeout", async () => {
    const mute = await start(listen(() => undefined));
    const slow = clientTo(mute, { tls: true, connectTimeout: scaled(50), rejectUnauthorized: false });
    const error = await failure(() => slow.connect());
    expect(classOf(error)).toBe("ConnectionTimeoutError");
    expectStatusOnly(error, 504);
  });

  it.each([new SocketTimeoutDuringMaintenanceError(10), new CommandTimeoutDuringMaintenanceError(10)])("%s", (error) => {
    expectStatusOnly(error, 504); // made by hand: takes a Redis Enterprise that is being moved
  });

  it("socket timeout", async () => {
    const idle = clientTo(port, { socketTimeout: scaled(200) });
    await idle.connect();
    const socket = await failure(() => idle.get("mute"));
    expect(classOf(socket)).toBe("SocketTimeoutError");
    expectStatusOnly(socket, 504);
  });

  it("pool full", async () => {
    const pool = createClientPool(
      { socket: { host, port, reconnectStrategy: false } },
      { maximum: 1, acquireTimeout: scaled(200) },
    );
    pool.on("error", () => undefined);
    await pool.connect();
    const running = failure(() => pool.get("mute"));
    const error = await failure(() => pool.get(secret));
    pool.destroy();
    expect(error).toHaveProperty("message", "Timeout waiting for a client");
    expectStatusOnly(error, 503);
    await running;
  });
});

function refusals(): [string, number][] {
  const unavailable = ["LOADING", "BUSY", "OOM", "MISCONF", "READONLY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"];
  return [...unavailable.map((word): [string, number] => [word, 503]), ["WRONGTYPE", 500], ["NOAUTH", 500], ["ERR", 500]];
}
