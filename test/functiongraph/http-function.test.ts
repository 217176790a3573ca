// examples/functiongraph-http as an HTTP function: the upload folder with the packed packages in it, started as the runtime does
// (openYuanrong, faassdk/handler/http): bash runs `bootstrap` in the code's folder, a connection without a request asks whether
// it listens, then every request comes on a connection of its own.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { connect, type AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { unpackPackages } from "../unpack.js";
import { exchange, parseAnswer, request } from "../wire.js";

const run = promisify(execFile);
const here = (path: string) => new URL(path, import.meta.url).pathname;
const example = here("../../examples/functiongraph-http");
/** Where the runtime keeps Node (FunctionGraph user guide, creating an HTTP function, table 2), and where the tests do. */
const documented = "/opt/function/runtime/nodejs20.15/rtsp/nodejs/bin/node";
const node = here("../node_modules/node-20.15/bin/node");

/** Port 8000 may be taken here: the kernel chooses one instead, and descriptor 3 reports which, and what was asked for. */
const preload = `const { Server } = require("node:net");
const { listen } = Server.prototype;
Server.prototype.listen = function (...asked) {
  this.once("listening", () => require("node:fs").writeSync(3, JSON.stringify({ asked, got: this.address() })));
  return listen.call(this, 0, ...asked.slice(1));
};`;

let code: string;
let orders: HttpFunction;

beforeAll(async () => {
  code = await realpath(await mkdtemp(join(tmpdir(), "http-function-")));
  await mkdir(join(code, "node_modules", "@fg-errors"), { recursive: true });
  await Promise.all([
    unpackPackages(["core", "express"], (name) => join(code, "node_modules", "@fg-errors", name)),
    ...["express", "structured-headers"].map(link),
    ...["index.js", "package.json"].map((name) => copyFile(join(example, name), join(code, name))),
    writeFile(join(code, "bootstrap"), (await readFile(join(example, "bootstrap"), "utf8")).replace(documented, node)),
    writeFile(join(code, "preload.cjs"), preload),
  ]);
  orders = await start();
}, 60_000);

afterAll(async () => {
  orders?.kill();
  await rm(code, { recursive: true });
});

async function link(name: string): Promise<void> {
  await symlink(await realpath(here(`../node_modules/${name}`)), join(code, "node_modules", name));
}

interface HttpFunction {
  readonly port: number;
  /** What its server was asked to listen on. */
  readonly asked: unknown;
  /** Has it end, and gives how it ended and all that it had logged. */
  readonly end: () => Promise<{ signal: unknown; log: string }>;
  /** The way of the runtime: the whole group of processes. */
  readonly kill: () => void;
}

async function start(): Promise<HttpFunction> {
  const env = {
    PATH: "/usr/bin:/bin",
    RUNTIME_CODE_ROOT: code,
    RUNTIME_FUNC_NAME: "orders",
    RUNTIME_TIMEOUT: "3",
    PRINTER: "s3cr3t.printers.internal",
    NODE_OPTIONS: `--require ${join(code, "preload.cjs")}`,
  };
  const stdio = ["ignore", "pipe", "pipe", "pipe"] as const;
  const child = spawn("/bin/bash", [join(code, "bootstrap")], { cwd: code, env, stdio: [...stdio], detached: true });
  const exit = once(child, "exit") as Promise<[unknown, unknown]>;
  const logged = Promise.all([text(child.stdout!), text(child.stderr!)]);
  const died = logged.then((outputs) => expect.unreachable(outputs.join("")));
  const reported = await Promise.race([once(child.stdio[3] as Readable, "data"), died]);
  const { asked, got } = JSON.parse(String(reported[0])) as { asked: unknown; got: AddressInfo };
  expect(await reaches("127.0.0.1", got.port)).toBe(true);
  return {
    port: got.port,
    asked,
    async end() {
      child.kill("SIGTERM");
      const [[, signal], outputs] = await Promise.all([exit, logged]);
      return { signal, log: outputs.join("") };
    },
    kill() {
      try {
        process.kill(-child.pid!, "SIGKILL");
      } catch {} // has ended
    },
  };
}

function reaches(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  return once(socket, "connect").then(
    () => !socket.destroy().connecting,
    () => false,
  );
}

/** What FunctionGraph adds to a request, keys included where the function is configured so (user guide, request headers). */
const added = {
  "X-CFF-Request-Id": "1167bf8c-87b0-43ab-8f5f-26b16c64f252",
  "X-CFF-Memory": "128",
  "X-CFF-Timeout": "3",
  "X-CFF-Func-Version": "latest",
  "X-CFF-Func-Name": "orders",
  "X-CFF-Project-Id": "7aad83af3e8d42e99ac194e8419e2c9b",
  "X-CFF-Package": "default",
  "X-CFF-Region": "eu-de",
  "X-CFF-Auth-Token": "s3cr3t-key",
  "X-CFF-Security-Access-Key": "s3cr3t-key",
  "X-CFF-Security-Secret-Key": "s3cr3t-key",
  "X-CFF-Security-Token": "s3cr3t-key",
};
const id = added["X-CFF-Request-Id"];

async function invoke(line: string, body = "", more = {}) {
  const bytes = await exchange(orders.port, request(line, { ...added, "Content-Type": "application/json", ...more }, body));
  expect(bytes).not.toContain("s3cr3t");
  return parseAnswer(bytes);
}

it("is uploaded as something that can be executed, by the path that the runtime has", async () => {
  expect((await stat(join(example, "bootstrap"))).mode & 0o111).toBe(0o111);
  expect(await readFile(join(example, "bootstrap"), "utf8")).toContain(documented);
  expect((await run(node, ["--version"])).stdout.trim()).toBe("v20.15.1");
});

it("listens where FunctionGraph asks, and nowhere else", async () => {
  expect(orders.asked).toMatchObject([8000, "127.0.0.1"]);
  const others = Object.values(networkInterfaces()).flatMap((all) => all!.map(({ address }) => address));
  for (const host of ["127.0.0.2", "::1", ...others.filter((address) => address !== "127.0.0.1")])
    expect(await reaches(host, orders.port), host).toBe(false);
});

it.each([
  ["GET /orders/17", "", { id: "17", item: "teapot", price: 25 }],
  ["POST /orders/17/coupons", '{"coupon":"TEATIME"}', { discount: 5 }],
])("succeeds: %s", async (line, body, expected) => {
  const answer = await invoke(line, body);
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual(expected);
});

it.each([
  ["a thrown problem", "GET /orders/18", "", { status: 404, error_code: "SHOP.0404", detail: "There is no such order" }],
  ["another", "POST /orders/17/coupons", "{}", { status: 409, error_code: "SHOP.0409", instance: "/orders/17/coupons" }],
  ["no such address", "GET /nothing?token=s3cr3t", "", { status: 404, error_code: "FSS.0404", instance: "/nothing" }],
  ["a method that is not routed", "DELETE /orders/17", "", { status: 405, error_code: "FSS.0405" }],
  ["malformed JSON", "POST /orders/17/coupons", '{"coupon":"s3cr3t', { status: 400, error_code: "FSS.0400" }],
])("answers by the contract: %s", async (_what, line, sent, body) => {
  const answer = await invoke(line, sent);
  expect(assertContract(answer)).toMatchObject({ ...body, request_id: id });
  expect(answer.headers.get("allow")).toBe(body.status === 405 ? "HEAD, GET, OPTIONS" : null);
});

it.each([
  ["the caller's own", { "X-Request-Id": "callers" }, "callers"],
  ["FunctionGraph's, where the caller's is not fit", { "X-Request-Id": "<script>" }, id],
])("goes by an id: %s", async (_whose, headers, expected) => {
  expect(assertContract(await invoke("GET /nothing", "", headers))).toMatchObject({ request_id: expected });
});

it("writes the reason of a failure to its log only, and ends with the signal", async () => {
  const body = { status: 500, error_code: "FSS.0500", request_id: id };
  expect(assertContract(await invoke("GET /orders/17/invoice"))).toMatchObject(body);
  const { signal, log } = await orders.end();
  expect(log).toMatch(
    /^fg-errors: 500 FSS\.0500 GET \/orders\/17\/invoice \(request 1167bf8c\S+\)\nError: The printer s3cr3t\.\S+ does not answer\n( {4}at .*\n)+$/,
  );
  expect(signal).toBe("SIGTERM");
  expect(await reaches("127.0.0.1", orders.port)).toBe(false);
});
