import { normalizeError } from "@fg-errors/core";
import {
  credentials,
  makeGenericClientConstructor,
  Metadata,
  Server,
  ServerCredentials,
  status as codes,
  type ServiceError,
  type sendUnaryData,
  type ServerUnaryCall,
} from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { patience, scaled } from "../patience.js";
import { closedPort } from "../wire.js";
import { outcome } from "./outcome.js";

/** Answers a code with that code and what an attacker would like to see believed; never answers "none". */
const deed = (call: ServerUnaryCall<string, string>, callback: sendUnaryData<string>) => {
  const metadata = new Metadata();
  metadata.set("status", "401");
  metadata.set("retry-after", "s3cr3t");
  if (call.request !== "none") callback({ code: Number(call.request), details: "s3cr3t", metadata });
};

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => bytes.toString() };
const service = {
  fail: {
    path: "/fg.Test/Fail",
    requestStream: false,
    responseStream: false,
    requestSerialize: text.serialize,
    requestDeserialize: text.deserialize,
    responseSerialize: text.serialize,
    responseDeserialize: text.deserialize,
  },
} as const;
const Client = makeGenericClientConstructor(service, "Test");

const server = new Server();
let address = "";

beforeAll(async () => {
  server.addService(service, { fail: deed });
  address = await new Promise<string>((resolve, reject) => {
    const bound = (error: Error | null, port: number) => (error ? reject(error) : resolve(`127.0.0.1:${port}`));
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), bound);
  });
});
afterAll(() => server.forceShutdown());

/** What a call of the server at `target` fails with. */
async function failed(
  target: string,
  request: string,
  use?: (call: { cancel(): void }) => void,
  ms = patience,
): Promise<ServiceError> {
  const client = new Client(target, credentials.createInsecure());
  try {
    return await new Promise<ServiceError>((resolve) => {
      const deadline = Date.now() + ms;
      const call = client["fail"]!(request, new Metadata(), { deadline }, (error: ServiceError) => resolve(error)) as {
        cancel(): void;
      };
      use?.(call);
    });
  } finally {
    client.close();
  }
}

/** Code, what this gateway makes of it, what is relayed, and what that becomes. */
const table = [
  ["CANCELLED", 502, 499, 408],
  ["UNKNOWN", 502, 500, 500],
  ["INVALID_ARGUMENT", 502, 400, 400],
  ["DEADLINE_EXCEEDED", 504, 504, 504],
  ["NOT_FOUND", 502, 404, 404],
  ["ALREADY_EXISTS", 502, 409, 409],
  ["PERMISSION_DENIED", 502, 403, 403],
  ["RESOURCE_EXHAUSTED", 503, 429, 503],
  ["FAILED_PRECONDITION", 502, 400, 400],
  ["ABORTED", 502, 409, 409],
  ["OUT_OF_RANGE", 502, 400, 400],
  ["UNIMPLEMENTED", 502, 501, 501],
  ["INTERNAL", 502, 500, 500],
  ["UNAVAILABLE", 503, 503, 503],
  ["DATA_LOSS", 502, 500, 500],
  ["UNAUTHENTICATED", 502, 401, 401],
] as const;

describe("a call that the server fails", () => {
  it("is known by every code but OK", () =>
    expect(table.map(([name]) => codes[name])).toEqual(Array.from({ length: 16 }, (_, i) => i + 1)));

  it.each(table)("%s", async (name, own, relayed, folded) => {
    const error = await failed(address, String(codes[name]));
    expect(error.code).toBe(codes[name]);
    const type = { 503: "destination_unavailable", 504: "http_response_timeout" }[own as number];
    expect(outcome(error)).toEqual([own, name === "RESOURCE_EXHAUSTED" ? undefined : type, undefined]);
    expect(normalizeError(new Error("s3cr3t", { cause: error })).status).toBe(own);
    expect(outcome(error, { relayStatuses: [relayed] })[0]).toBe(folded);
  });
});

it("the server is not there", async () => {
  expect(outcome(await failed(`127.0.0.1:${await closedPort()}`, "5"))).toEqual([503, "destination_unavailable", undefined]);
});

it("the server is late", async () => {
  expect(outcome(await failed(address, "none", undefined, scaled(100)))).toEqual([504, "http_response_timeout", undefined]);
});

it("the call was cancelled here", async () => {
  const error = await failed(address, "none", (call) => setImmediate(() => call.cancel()));
  expect(outcome(error)).toEqual([502, undefined, undefined]);
  expect(outcome(error, { clientGone: true })).toEqual([408, undefined, 499]);
});

it("something else has a number for its code", () => {
  const like = { code: 5, details: "s3cr3t", metadata: { getMap: "s3cr3t" }, status: 409 };
  expect(outcome(Object.assign(new Error("s3cr3t"), like))).toEqual([409, undefined, undefined]);
});
