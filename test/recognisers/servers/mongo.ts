import { BSON } from "mongodb";
import { listen, type Running } from "./tcp.js";

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

const hello = {
  ok: 1,
  isWritablePrimary: true,
  ismaster: true,
  helloOk: true,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  minWireVersion: 0,
  maxWireVersion: 21,
};

/**
 * A MongoDB that knows nothing but failures. The collection's name says which: a number is the error's code, "write" before it
 * makes it the failure of one document, "concern" that of the replication; "cut" loses the connection, "mute" gets no answer,
 * and after "faint" nobody gets one.
 */
export function startMongo(): Promise<Running> {
  let fainted = false;
  return listen((socket) => {
    let pending = Buffer.alloc(0);
    socket.on("data", (data) => {
      pending = Buffer.concat([pending, data]);
      while (pending.length >= 4 && pending.length >= pending.readInt32LE(0)) {
        const length = pending.readInt32LE(0);
        const request = pending.subarray(0, length);
        pending = pending.subarray(length);
        const command = commandOf(request);
        const target = String(Object.values(command)[0]);
        if (target === "cut") return socket.destroy();
        fainted ||= target === "faint";
        if (target !== "mute" && !fainted) socket.write(reply(request, answer(command, target)));
      }
      return undefined;
    });
  });
}

function answer(command: Readonly<Record<string, unknown>>, target: string): object {
  if ("hello" in command || "ismaster" in command) return hello;
  const code = Number(/\d+$/.exec(target)?.[0]);
  const errmsg = `E${code} index: account.email_1 dup key: { email: "s3cr3t" }`;
  if (target.startsWith("write"))
    return { ok: 1, n: 0, writeErrors: [{ index: 0, code, errmsg, keyValue: { email: "s3cr3t" } }] };
  if (target.startsWith("concern")) return { ok: 1, n: 1, writeConcernError: { code, errmsg } };
  return Number.isNaN(code)
    ? { ok: 1, n: 0, nModified: 0, cursor: { id: 0n, ns: "a.b", firstBatch: [] } }
    : { ok: 0, code, errmsg };
}

function commandOf(request: Buffer): Readonly<Record<string, unknown>> {
  if (request.readInt32LE(12) === OP_MSG) return BSON.deserialize(request.subarray(21, 21 + request.readInt32LE(21)));
  const start = request.indexOf(0, 20) + 9; // after the collection's name and two numbers
  return BSON.deserialize(request.subarray(start, start + request.readInt32LE(start)));
}

function reply(request: Buffer, document: object): Buffer {
  const legacy = request.readInt32LE(12) === OP_QUERY;
  const body = BSON.serialize(document);
  const head = Buffer.alloc(legacy ? 36 : 21);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(request.readInt32LE(4), 8); // in answer to
  head.writeInt32LE(legacy ? OP_REPLY : OP_MSG, 12);
  if (legacy) head.writeInt32LE(1, 32); // one document
  return Buffer.concat([head, body]);
}
