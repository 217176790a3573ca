import { PGlite } from "@electric-sql/pglite";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import type { Socket } from "node:net";
import { listen, type Running } from "./tcp.js";

/** A real Postgres (compiled to WebAssembly) behind a real socket, with the tables that the tests violate. */
export async function startPostgres(): Promise<Running> {
  const db = await PGlite.create();
  await db.exec(`
    CREATE TABLE account (id integer PRIMARY KEY, email text UNIQUE NOT NULL, age integer CHECK (age >= 0), version integer);
    CREATE TABLE booking (account_id integer REFERENCES account, during int4range, EXCLUDE USING gist (during WITH &&));
    INSERT INTO account VALUES (1, 's3cr3t@example.org', 30, 1);
    INSERT INTO booking VALUES (1, '[1,5)');
    CREATE FUNCTION fail(state text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE 's3cr3t' USING ERRCODE = state; END $$;
  `);
  const server = new PGLiteSocketServer({ db, port: 0, host: "127.0.0.1", maxConnections: 20 });
  await server.start();
  const close = async () => {
    await server.stop();
    await db.close();
  };
  return { port: Number(server.getServerConn().split(":").at(-1)), close };
}

const terminate = 0x58;

/**
 * Implements just enough of the protocol to fail before a query can: the database asked for is the SQLSTATE of the refusal,
 * or "mute", which never answers. Any other lets the client in, where the query "cut" loses the connection and others get no
 * answer.
 */
export function startRefusingPostgres(): Promise<Running> {
  return listen((socket) => {
    let started = false;
    socket.on("data", (data) => {
      if (started) return data[0] === terminate || data.includes("cut") ? socket.destroy() : undefined;
      started = true;
      welcome(socket, /database\0([^\0]*)/.exec(data.toString())?.[1] ?? "");
    });
  });
}

function welcome(socket: Socket, database: string): void {
  if (database === "mute") return;
  if (database.length === 5) return void socket.end(message("E", `SFATAL\0VFATAL\0C${database}\0Ms3cr3t\0Rrefuse\0\0`));
  socket.write(Buffer.concat([message("R", "\0\0\0\0"), message("Z", "I")]));
}

function message(type: string, content: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(4 + content.length, 1);
  return Buffer.concat([head, Buffer.from(content)]);
}
