import {
  PrismaClientInitializationError,
  PrismaClientKnownRequestError,
  PrismaClientUnknownRequestError,
  PrismaClientValidationError,
} from "@prisma/client/runtime/library";
import { eq, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import knexOf, { type Knex } from "knex";
import mongoose from "mongoose";
import { Pool } from "pg";
import { ConnectionTimedOutError, DataTypes, HostNotReachableError, Op, Sequelize, TimeoutError } from "sequelize";
import { DataSource, EntitySchema } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience, scaled } from "../patience.js";
import { startMongo } from "./servers/mongo.js";
import { startMysql } from "./servers/mysql.js";
import { failure } from "./outcome.js";
import { expectStatusOnly, secret, shown } from "./servers/status-only.js";
import { startPostgres, startRefusingPostgres } from "./servers/postgres.js";
import { closedPort } from "../wire.js";
import { listen, type Running } from "./servers/tcp.js";

const host = "127.0.0.1";
const duplicate = { id: 2, email: `${secret}@example.org`, age: 30 };
const servers: Running[] = [];

async function start(starting: Promise<Running>): Promise<number> {
  const server = await starting;
  servers.push(server);
  return server.port;
}

let postgres: number;
let refusing: number;
let mysql: number;

beforeAll(async () => {
  postgres = await start(startPostgres());
  refusing = await start(startRefusingPostgres());
  mysql = await start(startMysql());
}, 60_000);

afterAll(() => Promise.all(servers.map(({ close }) => close())), 60_000);

describe("drizzle-orm", () => {
  const account = pgTable("account", { id: integer().primaryKey(), email: text(), age: integer() });
  const pools: Pool[] = [];
  const databaseOf = (port: number, options: object = {}) => {
    const pool = new Pool({ host, port, user: "postgres", database: "postgres", max: 1, ...options });
    pool.on("error", () => undefined);
    pools.push(pool);
    return drizzle(pool);
  };
  afterAll(() => Promise.all(pools.map((pool) => pool.end())));

  it.each([
    ["unique", 409, () => databaseOf(postgres).insert(account).values(duplicate)],
    ["foreign key", 409, () => databaseOf(postgres).delete(account).where(eq(account.email, duplicate.email))],
    ["missing table", 500, () => databaseOf(postgres).execute(sql.raw(`SELECT * FROM ${secret}`))],
    ["raised", 503, () => databaseOf(postgres).execute(sql`SELECT fail('40001') WHERE ${secret} <> ''`)],
    ["connection lost", 503, () => databaseOf(refusing).execute(sql`SELECT 'cut' WHERE ${secret} <> ''`)],
    ["query timeout", 504, () => databaseOf(refusing, { query_timeout: scaled(50) }).execute(sql`SELECT ${secret}`)],
    ["down", 503, async () => databaseOf(await closedPort()).execute(sql`SELECT ${secret}`)],
  ])("%s gives %i", async (_, status, call) => {
    const error = await failure(call);
    expect(error).toMatchObject({ message: expect.stringContaining(secret), query: expect.any(String) });
    expectStatusOnly(error, status);
  });
});

describe("knex", () => {
  const open: Knex[] = [];
  const log = { warn: () => undefined };
  const databaseOf = (client: "pg" | "mysql2", port: number, options: Knex.Config = {}) => {
    const connection = { host, port, user: "postgres", database: "postgres" };
    const database = knexOf({
      client,
      connection,
      version: client === "pg" ? "17" : "8.0",
      pool: { min: 0, max: 1 },
      acquireConnectionTimeout: patience,
      log,
      ...options,
    });
    open.push(database);
    return database;
  };
  afterAll(() => Promise.all(open.map((database) => database.destroy())));

  it.each([
    ["unique", 409, () => databaseOf("pg", postgres)("account").insert(duplicate)],
    [
      "null",
      500,
      () => databaseOf("pg", postgres)("account").insert({ id: 3, email: null, version: 1 }).where({ email: secret }),
    ],
    ["raised", 503, () => databaseOf("pg", postgres).raw("SELECT fail(?)", ["40P01"])],
    ["connection lost", 503, () => databaseOf("pg", refusing).raw("SELECT 'cut' - ?", [secret])],
    ["query timeout", 504, () => databaseOf("pg", refusing).raw("SELECT ?", [secret]).timeout(scaled(50))],
    ["mysql, unique", 409, () => databaseOf("mysql2", mysql).raw("SELECT 1062, ?", [secret])],
    ["mysql, deadlock", 503, () => databaseOf("mysql2", mysql).raw("SELECT 1213, ?", [secret])],
    ["mysql, connection lost", 503, () => databaseOf("mysql2", mysql).raw("SELECT 'cut', ?", [secret])],
    ["mysql, down", 503, async () => databaseOf("mysql2", await closedPort()).raw("SELECT ?", [secret])],
  ])("%s gives %i", async (_, status, call) => {
    expectStatusOnly(await failure(call), status);
  });

  it("pool full", async () => {
    const full = databaseOf("pg", refusing, { acquireConnectionTimeout: scaled(200) });
    const occupied = await full.client.acquireConnection();
    const error = await failure(() => full.raw("SELECT ?", [secret]));
    expect(error).toHaveProperty("name", "KnexTimeoutError");
    expectStatusOnly(error, 503);
    await full.client.releaseConnection(occupied);
  });
});

describe("typeorm", () => {
  interface Account {
    id: number;
    email: string;
    age: number;
    version: number;
  }
  const account = new EntitySchema<Account>({
    name: "account",
    columns: {
      id: { type: Number, primary: true },
      email: { type: String },
      age: { type: Number },
      version: { type: Number, version: true },
    },
  });
  let source: DataSource;
  const sourceOf = (port: number, options: object = {}) =>
    new DataSource({ type: "postgres", host, port, username: "u", database: "postgres", entities: [account], ...options });

  beforeAll(async () => {
    source = await sourceOf(postgres, { username: "postgres", poolSize: 2 }).initialize();
  }, 60_000);
  afterAll(() => source.destroy());

  it.each([
    ["unique", 409, () => source.manager.insert(account, duplicate)],
    ["foreign key", 409, () => source.manager.delete(account, { id: 1 })],
    ["missing table", 500, () => source.query(`SELECT * FROM ${secret}`)],
    ["canceled", 504, () => source.query("SELECT fail($1)", ["57014"])],
    ["entity not found", 404, () => source.manager.findOneByOrFail(account, { email: secret })],
    [
      "version is another",
      409,
      () => source.manager.findOne(account, { where: { id: 1 }, lock: { mode: "optimistic", version: 7 } }),
    ],
  ])("%s gives %i", async (_, status, call) => {
    expectStatusOnly(await failure(call), status);
  });

  it("what pg says without a SQLSTATE is found below QueryFailedError", async () => {
    const runner = source.createQueryRunner();
    const client = (await runner.connect()) as { connection: { stream: { destroy(): void } } };
    const failing = failure(() => runner.query("SELECT $1", [secret]));
    client.connection.stream.destroy();
    expect(await failing).toMatchObject({ name: "QueryFailedError", parameters: [secret] });
    expectStatusOnly(await failing, 503);
    await runner.release();
  });
});

describe("sequelize", () => {
  const open: Sequelize[] = [];
  const sequelizeOf = (dialect: "postgres" | "mysql", port: number, options: object = {}) => {
    const pool = { max: 1, acquire: patience, idle: 1000 };
    const database = { database: "postgres", username: "postgres" };
    const version = { databaseVersion: "17.0.0" }; // saves it from asking
    const sequelize = new Sequelize({ dialect, host, port, pool, ...version, ...database, logging: false, ...options });
    open.push(sequelize);
    return sequelize;
  };
  let sequelize: Sequelize;
  beforeAll(() => {
    sequelize = sequelizeOf("postgres", postgres);
    sequelize.define(
      "account",
      {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        email: { type: DataTypes.STRING, allowNull: false, validate: { isEmail: true, len: [3, 30] } },
        age: { type: DataTypes.INTEGER, validate: { min: 18, max: { args: [99], msg: `not ${secret}` }, isInt: true } },
      },
      { freezeTableName: true, timestamps: false, version: true },
    );
    sequelize
      .define(
        "booking",
        { account_id: DataTypes.INTEGER, during: DataTypes.RANGE(DataTypes.INTEGER) },
        {
          freezeTableName: true,
          timestamps: false,
        },
      )
      .removeAttribute("id");
  });
  afterAll(() => Promise.all(open.map((each) => each.close())));

  const account = () => sequelize.model("account");

  it.each([
    ["SequelizeUniqueConstraintError", 409, () => account().create(duplicate)],
    ["SequelizeForeignKeyConstraintError", 409, () => account().destroy({ where: { id: 1 } })],
    ["SequelizeExclusionConstraintError", 409, () => sequelize.model("booking").create({ account_id: 1, during: [2, 3] })],
    ["SequelizeDatabaseError", 503, () => sequelize.query(`SELECT fail('40001'), '${secret}'`)],
    ["SequelizeDatabaseError", 504, () => sequelize.query(`SELECT fail('57014'), '${secret}'`)],
    ["SequelizeDatabaseError", 500, () => sequelize.query(`SELECT * FROM ${secret}`)],
    ["SequelizeEmptyResultError", 404, () => account().findOne({ where: { email: { [Op.eq]: secret } }, rejectOnEmpty: true })],
    [
      "SequelizeOptimisticLockError",
      409,
      async () => {
        const [found] = await account().findAll();
        await account().update({ version: 7 }, { where: { id: 1 } });
        await found?.update({ age: 31 });
      },
    ],
    ["SequelizeConnectionRefusedError", 503, async () => sequelizeOf("postgres", await closedPort()).query(`SELECT '${secret}'`)],
    ["SequelizeConnectionError", 503, () => sequelizeOf("postgres", refusing, { database: "53300" }).query("SELECT 1")],
    ["SequelizeConnectionError", 500, () => sequelizeOf("postgres", refusing, { database: "28P01" }).query("SELECT 1")],
    [
      "SequelizeConnectionError",
      504,
      async () =>
        sequelizeOf("postgres", refusing, { database: "mute", dialectOptions: { connectionTimeoutMillis: scaled(50) } }).query(
          "SELECT 1",
        ),
    ],
    [
      "SequelizeConnectionError",
      503,
      async () => sequelizeOf("postgres", await start(listen((socket) => void socket.destroy()))).query("SELECT 1"),
    ],
    ["SequelizeHostNotFoundError", 503, () => sequelizeOf("postgres", 1, { host: "nowhere.invalid" }).query("SELECT 1")],
    ["SequelizeDatabaseError", 409, () => sequelizeOf("mysql", mysql).query(`SELECT 1586 -- ${secret}`)],
    ["SequelizeDatabaseError", 503, () => sequelizeOf("mysql", mysql).query(`SELECT 'cut' -- ${secret}`)],
    ["SequelizeUniqueConstraintError", 409, () => sequelizeOf("mysql", mysql).query(`SELECT 1062 -- ${secret}`)],
    ["SequelizeForeignKeyConstraintError", 409, () => sequelizeOf("mysql", mysql).query(`SELECT 1452 -- ${secret}`)],
  ])("%s gives %i", async (name, status, call) => {
    const error = await failure(call as () => Promise<unknown>);
    expect(error).toHaveProperty("name", name);
    expectStatusOnly(error, status);
  });

  it.each([
    [new ConnectionTimedOutError(new Error(secret)), 504],
    [new HostNotReachableError(new Error(secret)), 503],
    [new TimeoutError(Object.assign(new Error(secret), { sql: secret })), 503],
  ])("%s, made by hand: other dialects throw it, or networks that are not at hand", (error, status) => {
    expectStatusOnly(error, status);
  });

  it("pool full", async () => {
    const full = sequelizeOf("postgres", postgres, { pool: { max: 1, acquire: scaled(300) } });
    const occupied = await full.transaction();
    const error = await failure(() => full.query(`SELECT '${secret}'`));
    await occupied.rollback();
    expect(error).toHaveProperty("name", "SequelizeConnectionAcquireTimeoutError");
    expectStatusOnly(error, 503);
  });

  it("lists invalid fields without their values or messages", async () => {
    const error = await failure(() => account().build({ email: secret, age: 7 }).save());
    expect(shown(error)).toMatchObject({
      status: 400,
      errors: [
        { pointer: "#/email", detail: "Must be an email address." },
        { pointer: "#/age", detail: "Must be at least 18." },
      ],
    });
    expect(
      shown(
        await failure(() =>
          account()
            .build({ email: [secret], age: 170 })
            .save(),
        ),
      ).errors,
    ).toEqual([
      { pointer: "#/email", detail: "Must be a string." },
      { pointer: "#/email", detail: "Must be an email address." },
      { pointer: "#/age", detail: "Must be at most 99." },
    ]);
    expect(shown(await failure(() => account().build({ age: 20 }).save())).errors).toEqual([
      { pointer: "#/email", detail: "Required." },
    ]);
  });

  it("bulkCreate", async () => {
    const error = await failure(() => account().bulkCreate([{ email: secret }], { validate: true }));
    expect(error).toHaveProperty("name", "AggregateError");
    expectStatusOnly(error, 400);
  });
});

describe("mongoose", () => {
  const child = new mongoose.Schema({ "a/b~c d": { type: String, required: true } });
  const schema = new mongoose.Schema(
    {
      name: { type: String, minlength: 3, maxlength: 10, match: /^[a-z]+$/ },
      role: { type: String, enum: ["user", "admin"] },
      age: { type: Number, min: 18, max: 99 },
      email: { type: String, required: [true, `not ${secret}`] },
      owner: mongoose.Schema.Types.ObjectId,
      phone: {
        type: String,
        validate: { validator: () => false, message: ({ value }: { value: string }) => `${value} is no number` },
      },
      children: [child],
      only: child,
    },
    { optimisticConcurrency: true },
  );
  const Account = mongoose.model("any", schema);
  const connections: mongoose.Connection[] = [];
  const connect = (port: number, options: object = {}) => {
    const connection = mongoose.createConnection(`mongodb://${host}:${port}/a?directConnection=true`, options);
    connections.push(connection);
    return connection;
  };
  let mongo: number;
  beforeAll(async () => {
    mongo = await start(startMongo());
  });
  afterAll(() => Promise.all(connections.map((connection) => connection.close())));

  it.each([
    [{ name: secret.repeat(9) }, "#/name", "Length must be at most 10."],
    [{ name: "s3" }, "#/name", "Length must be at least 3."],
    [{ name: secret }, "#/name", "Not in the expected format."],
    [{ role: secret }, "#/role", "Not one of the allowed values."],
    [{ age: 17 }, "#/age", "Must be at least 18."],
    [{ age: 100 }, "#/age", "Must be at most 99."],
    [{ age: secret }, "#/age", "Must be of type Number."],
    [{ owner: secret }, "#/owner", "Must be of type ObjectId."],
    [{ phone: secret }, "#/phone", "Not valid."],
    [{ email: undefined }, "#/email", "Required."],
    [{ children: [{ "a/b~c d": "x" }, {}] }, "#/children/1/a~1b~0c%20d", "Required."],
    [{ only: {} }, "#/only/a~1b~0c%20d", "Required."],
  ])("ValidationError of %j", async (values, pointer, detail) => {
    const error = await failure(() => new Account({ email: "x", ...values }).validate());
    const problem = shown(error);
    expect(problem).toMatchObject({ status: 400, code: "FSS.0400" });
    expect(problem.errors).toEqual([{ pointer, detail }]);
  });

  it("CastError of a query", async () => {
    const Model = connect(mongo).model("any", schema);
    const error = await failure(() => Model.findById(secret));
    expect(error).toHaveProperty("name", "CastError");
    expectStatusOnly(error, 400);
  });

  it("DocumentNotFoundError", async () => {
    const error = await failure(() => connect(mongo).model("any", schema).findOne({ name: secret }).orFail());
    expect(error).toHaveProperty("name", "DocumentNotFoundError");
    expectStatusOnly(error, 404);
  });

  it("VersionError", async () => {
    const Model = connect(mongo).model("any", schema);
    const document = Model.hydrate({ _id: new mongoose.Types.ObjectId(), email: "x", __v: 3 });
    document.set("name", secret.replaceAll("3", "e"));
    const error = await failure(() => document.save());
    expect(error).toHaveProperty("name", "VersionError");
    expectStatusOnly(error, 409);
  });

  it("duplicate key", async () => {
    const Model = connect(mongo).model("write11000", schema, "write11000");
    expectStatusOnly(await failure(() => Model.create({ email: secret })), 409);
    expectStatusOnly(await failure(() => Model.insertMany([{ email: secret }])), 409);
  });

  it("down", async () => {
    const port = await closedPort();
    const connection = connect(port, { serverSelectionTimeoutMS: scaled(50), bufferTimeoutMS: scaled(20) });
    const buffering = await failure(() => connection.model("any", schema).findOne({ name: secret }));
    expect(buffering).toHaveProperty("name", "MongooseError");
    expectStatusOnly(buffering, 503);
    const error = await failure(() => connection.asPromise());
    expect(error).toHaveProperty("name", "MongooseServerSelectionError");
    expectStatusOnly(error, 503);
  });
});

// Its engine is not there to fail, so its errors are made as its client makes them.
describe("@prisma/client", () => {
  const clientVersion = "6.0.0";
  const known = (code: string, meta: Record<string, unknown> = {}) =>
    new PrismaClientKnownRequestError(`Invalid invocation: ${secret}`, {
      code,
      clientVersion,
      meta: { target: [secret], ...meta },
    });

  it.each([
    ["P2025", 404],
    ["P2001", 404],
    ["P2015", 404],
    ["P2018", 404],
    ["P2002", 409],
    ["P2003", 409],
    ["P2014", 409],
    ["P2034", 503],
    ["P2024", 503],
    ["P2037", 503],
    ["P1001", 503],
    ["P1017", 503],
    ["P1002", 504],
    ["P1008", 504],
    ["P2000", 500],
    ["P2011", 500],
    ["P2021", 500],
  ])("PrismaClientKnownRequestError %s gives %i", (code, status) => {
    expectStatusOnly(known(code), status);
  });

  it.each([
    ["23505", 409],
    ["40001", 503],
    ["57014", 504],
    ["42P01", 500],
  ])("a raw query's SQLSTATE %s gives %i", (code, status) => {
    expectStatusOnly(known("P2010", { code, message: secret }), status);
  });

  it.each([
    ["P1001", 503],
    ["P1002", 504],
    ["P1000", 500],
    ["P1003", 500],
    [undefined, 500],
  ])("PrismaClientInitializationError %s gives %i", (code, status) => {
    expectStatusOnly(new PrismaClientInitializationError(`Can't reach ${secret}`, clientVersion, code), status);
  });

  it.each([
    new PrismaClientValidationError(`Argument ${secret} is missing`, { clientVersion }),
    new PrismaClientUnknownRequestError(secret, { clientVersion }),
  ])("%s gives 500", (error) => {
    expectStatusOnly(error, 500);
  });
});
