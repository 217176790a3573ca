// What stands behind the gateways: a plain Express app with Express's own error pages, and a raw server that misbehaves.
import { createServer } from "node:net";
import { gzipSync } from "node:zlib";
import { fgErrors, problem } from "@fg-errors/express";
import express from "express";

/** Statuses that the app answers on demand, as `/status/410`; some with the header fields that belong to them. */
const headers = new Map([
  ["401", { "WWW-Authenticate": 'Basic realm="shop"' }],
  ["429", { "Retry-After": "30" }],
  ["503", { "Retry-After": "120" }],
]);

/** A service as one finds it: HTML error pages, and a stack trace for whoever asks. */
export function createShop() {
  const app = express().set("env", "test"); // error pages as in development, without the log
  app.get("/", (_request, response) => void response.json({ shop: "open" }));
  app.all("/status/:status", (request, _response) => {
    const { status } = request.params;
    throw Object.assign(new Error("shop-db-1.internal refused: password=hunter2"), {
      status: Number(status),
      headers: headers.get(status),
    });
  });
  app.all(
    "/invalid",
    (_request, response) => void response.status(422).json({ message: "quantity must be positive", code: "SHOP.0017" }),
  );
  app.get("/google", (_request, response) => {
    const error = { code: 409, message: "The order was changed meanwhile", status: "ABORTED" };
    response
      .status(409)
      .set("Content-Encoding", "gzip")
      .send(gzipSync(JSON.stringify({ error })));
  });
  return app;
}

/** A service of our own kind, which answers by the contract already. */
export function createBranch() {
  const app = express();
  app.get("/paid", () => {
    throw problem(409, "The order was already paid", { code: "BRANCH.0409", extensions: { balance: 0 } });
  });
  return app.use(fgErrors());
}

/**
 * What FunctionGraph says of a function that failed: to whoever invokes one, that is a success.
 * @type {Record<string, { code: string, body: object }>}
 */
const failures = {
  failed: {
    code: "4002",
    body: {
      errorMessage: "function invocation exception, error: password=hunter2 refused",
      errorType: "Error",
      stackTrace: ["at handler (/opt/function/code/index.js:17:11)"],
    },
  },
  late: { code: "4010", body: { errorMessage: "invoke timed out after 3s", errorType: "Timeout" } },
  busy: { code: "150429", body: { code: 150429, message: "no instance", trace_id: "c0ffee" } },
  large: { code: "4140", body: { code: 4140, message: "7340032 octets", trace_id: "c0ffee" } },
};

/** FunctionGraph, as far as its replies go. */
export function createFunctions() {
  const app = express();
  app.get("/:name", ({ params }, response, next) => {
    const failure = failures[params.name];
    if (!failure) return next();
    response.set({ "X-Func-Err-Code": failure.code, "X-Is-Func-Err": "true", "X-Cff-Request-Id": "1167bf8c" }).json(failure.body);
  });
  app.get(
    "/unsaid",
    (_request, response) =>
      void response.set("X-Cff-Response-Version", "v1").json({
        request_id: "1167bf8c",
        result: JSON.stringify(failures["failed"]?.body),
        log: "",
        status: 200,
      }),
  );
  return app;
}

/**
 * What the raw server does with a connection once the request has come, by the request's path.
 * @type {Record<string, (socket: import("node:net").Socket) => void>}
 */
const faults = {
  "/reset": (socket) => socket.resetAndDestroy(),
  "/hang": () => {},
  "/garbage": (socket) => socket.end("220 mail.internal ESMTP ready\r\n"),
  "/no-headers": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Ty"),
  "/huge-headers": (socket) => socket.end(`HTTP/1.1 200 OK\r\nX-Huge: ${"x".repeat(100_000)}\r\n\r\n`),
  "/odd-status": (socket) => socket.end("HTTP/1.1 999 Denied\r\nContent-Length: 2\r\n\r\nno"),
  "/switch": (socket) => socket.end("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: internal\r\n\r\n"),
  "/bad-chunk": (socket) => socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nonly\r\nzz\r\n"),
  "/truncated": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nonly this"),
};

/** A server of raw TCP: nothing but faults. */
export function createFaulty() {
  return createServer((socket) => {
    socket.on("error", () => {}); // its peers hang up
    socket.once("data", (head) => {
      const path = head.toString("latin1").split(" ")[1] ?? "";
      faults[path]?.(socket);
    });
  });
}
