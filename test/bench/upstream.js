// The upstreams' process: reports the URL of each of them by its name.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { brotliCompressSync, gzipSync } from "node:zlib";

/**
 * @typedef {import("node:http").RequestListener} Listener
 * @typedef {"small" | "large" | "page" | "flood" | "sized" | "refused"} UpstreamName
 */

/** What a service says besides its content. */
const usual = ["Cache-Control", "private, max-age=0", "ETag", 'W/"c9-1"', "Vary", "Accept-Encoding", "X-Request-Id", "u-1"];

const order = JSON.stringify({ id: 17, state: "paid", total: 99.5, customer: "Ada", lines: [{ sku: "A-1", count: 2 }] });
const page = `<!doctype html><html><head><title>500</title></head><body>${"<p>Something went wrong.</p>".repeat(40)}</body></html>`;

/** @type {Record<Exclude<UpstreamName, "refused">, Listener>} */
const upstreams = {
  small: replyOf(200, "application/json", order),
  large: replyOf(200, "application/octet-stream", Buffer.alloc(1 << 20, "x")),
  page: replyOf(500, "text/html; charset=utf-8", page),
  flood,
  sized,
};

/** @type {Record<string, string>} */
const urls = { refused: urlOf(await portThatRefuses()) };
for (const [name, listener] of Object.entries(upstreams)) {
  const server = createServer(listener).listen(0, "127.0.0.1");
  server.keepAliveTimeout = 0; // whoever measures decides when a connection is over
  await once(server, "listening");
  urls[name] = urlOf(portOf(server));
}
process.send?.(urls);
process.on("disconnect", () => process.exit(0));

/**
 * @param {number} status
 * @param {string} type
 * @param {string | Buffer} content
 * @returns {Listener}
 */
function replyOf(status, type, content) {
  const head = ["Content-Type", type, "Content-Length", String(Buffer.byteLength(content)), ...usual];
  return (request, response) => {
    request.resume();
    response.writeHead(status, head).end(content);
  };
}

/** @type {Listener} at /flood an error body of 100 MiB, as fast as it is taken; elsewhere the page, to warm up with */
function flood(request, response) {
  if (request.url !== "/flood") return upstreams.page(request, response);
  const chunk = Buffer.alloc(65_536, "x");
  let left = 1600;
  response.writeHead(500, ["Content-Type", "text/html", "Content-Length", String(left * chunk.length)]);
  response.on("error", () => {}).on("drain", write);
  write();

  function write() {
    while (left > 0) {
      left--;
      if (!response.write(chunk)) break;
    }
    if (left === 0) response.off("drain", write).end();
  }
}

/** What was written for each path. @type {Map<string, Buffer>} */
const sizedBodies = new Map();

/** @type {Record<string, (content: Buffer) => Buffer>} */
const codings = { identity: (content) => content, gzip: gzipSync, br: brotliCompressSync };

/** @type {Listener} at /16/gzip an error of 16 KiB in JSON, in that content coding */
function sized(request, response) {
  const [, kibibytes = "", coding = ""] = (request.url ?? "").split("/");
  const problem = () => JSON.stringify({ message: "No such order", trace: randomBytes(Number(kibibytes) * 512).toString("hex") });
  const content = sizedBodies.get(request.url ?? "") ?? codings[coding]?.(Buffer.from(problem())) ?? Buffer.alloc(0);
  sizedBodies.set(request.url ?? "", content);
  const head = ["Content-Type", "application/json", "Content-Length", String(content.length), ...usual];
  request.resume();
  response.writeHead(500, coding === "identity" ? head : [...head, "Content-Encoding", coding]).end(content);
}

/** One below those that systems give to outgoing connections: else a connection could meet itself there. */
async function portThatRefuses() {
  for (let port = 20_011; ; port++) {
    const server = createServer().listen(port, "127.0.0.1");
    try {
      await once(server, "listening");
      return port;
    } catch {
      continue; // somebody listens there
    } finally {
      server.close();
    }
  }
}

/** @param {import("node:http").Server} server */
function portOf(server) {
  return /** @type {import("node:net").AddressInfo} */ (server.address()).port;
}

/** @param {number} port */
function urlOf(port) {
  return `http://127.0.0.1:${port}`;
}
