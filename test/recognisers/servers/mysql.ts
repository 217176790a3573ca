import mysql, { type Connection } from "mysql2";
import type { Socket } from "node:net";
import { listen, type Running } from "./tcp.js";

const capabilities = 0xffffff & ~0x800; // all but TLS

/**
 * mysql2's own server side. A number somewhere in the SQL is the error that it answers, "cut" loses the connection, "mute" gets
 * no answer, anything else succeeds. With `refusal`, that error instead of a handshake.
 */
export function startMysql(refusal?: number): Promise<Running> {
  return listen((stream) => {
    const connection = serve(stream);
    connection.on("error", () => undefined);
    if (refusal !== undefined) return fail(connection, refusal);
    connection.serverHandshake({
      protocolVersion: 10,
      serverVersion: "8.0.36",
      connectionId: 1,
      statusFlags: 2,
      characterSet: 8,
      capabilityFlags: capabilities,
    });
    // The latter is what it calls a SET.
    for (const event of ["query", "stmt_prepare"]) connection.on(event, (sql: string) => answer(connection, sql));
  });
}

function serve(stream: Socket): Connection {
  const connection = mysql.createConnection({ isServer: true, stream } as object);
  // It counts packets on and on, where the protocol starts again with every command.
  stream.prependListener("data", (data) => Object.assign(connection, { sequenceId: data[3] }));
  return connection;
}

function answer(connection: Connection, sql: string): void {
  if (sql.includes("cut")) return connection.destroy();
  if (sql.includes("mute")) return;
  const code = /\d{4}/.exec(sql)?.[0];
  if (code === undefined) connection.writeOk();
  else fail(connection, Number(code));
}

function fail(connection: Connection, code: number): void {
  connection.writeError({ code, message: "Duplicate entry 's3cr3t' for key 'account.email'" } as never);
}
