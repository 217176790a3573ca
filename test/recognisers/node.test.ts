import { execFileSync, spawnSync } from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { createRequire } from "node:module";
import net, { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Duplex, PassThrough } from "node:stream";
import { pipeline } from "node:stream/promises";
import tls from "node:tls";
import zlib from "node:zlib";
import { normalizeError, type NormalizeOptions } from "@fg-errors/core";
import { afterAll, describe, expect, it } from "vitest";
import { scaled } from "../patience.js";
import { certificate, type Certificate } from "./certificate.js";
import { failure, outcome, refusal } from "./outcome.js";
import { closedPort } from "../wire.js";

const opened: { close(): unknown }[] = [];
afterAll(() => opened.forEach((server) => server.close()));

/** A server on loopback; its connections may end as they like. */
async function port(server: net.Server): Promise<number> {
  server.on("connection", (socket: net.Socket) => socket.on("error", () => {}));
  opened.push(server.listen(0, "127.0.0.1"));
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** What the first 'error' event of an emitter brings, or of the response that it brings. */
const emitted = (emitter: NodeJS.EventEmitter): Promise<unknown> =>
  new Promise((resolve, reject) => {
    emitter.on("error", resolve);
    emitter.on("response", (response) => response.on?.("error", resolve).on("end", reject).resume());
    for (const fine of ["secureConnect", "end"]) emitter.on(fine, () => reject(new Error(`It did not fail: ${fine}`)));
  });

/** Asks a name server that answers every question with a code (RFC 1035 section 4.1.1), or not at all. */
async function asked(answer: (reply: (code: number) => void) => void) {
  const socket = dgram.createSocket("udp4").bind(0, "127.0.0.1");
  await once(socket, "listening");
  socket.on("message", (question, from) =>
    answer((code) => socket.send([question.subarray(0, 2), Buffer.from([0x81, 0x80 | code]), question.subarray(4)], from.port)),
  );
  const resolver = new dns.promises.Resolver({ timeout: 100, tries: 1 });
  resolver.setServers([`127.0.0.1:${socket.address().port}`]);
  return failure(() => resolver.resolve4("s3cr3t.example")).finally(() => socket.close());
}

const missingFile = join(tmpdir(), "s3cr3t", "missing.sock");

describe("an upstream's answer over HTTP/1", () => {
  const head = "HTTP/1.1 200 OK\r\n";
  it.each([
    ["FIN before the head", (s) => s.end(), "connection_terminated"],
    ["FIN amid the head", (s) => s.end(`${head}X: s3cr3t`), "connection_terminated"],
    ["RST", (s) => s.resetAndDestroy(), "connection_terminated"],
    ["content cut short", (s) => s.end(`${head}Content-Length: 9\r\n\r\ns3cr3t`), "http_response_incomplete"],
    ["last chunk missing", (s) => s.end(`${head}Transfer-Encoding: chunked\r\n\r\n6\r\ns3cr3t\r\n`), "http_response_incomplete"],
    ["bad chunk", (s) => s.end(`${head}Transfer-Encoding: chunked\r\n\r\ns3cr3t\r\n`), "http_response_transfer_coding"],
    ["endless head", (s) => s.end(`${head}X: ${"s3cr3t".repeat(4000)}`), "http_response_header_section_size"],
    ["garbage", (s) => s.end("s3cr3t\r\n\r\n"), "http_protocol_error"],
    ["HTTP/3.7", (s) => s.end("HTTP/3.7 200 OK\r\n\r\n"), "http_protocol_error"],
    ["two-digit status", (s) => s.end("HTTP/1.1 20 OK\r\n\r\n"), "http_protocol_error"],
    ["bad length", (s) => s.end(`${head}Content-Length: s3cr3t\r\n\r\n`), "http_protocol_error"],
    ["two lengths", (s) => s.end(`${head}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`), "http_protocol_error"],
    ["bad field name", (s) => s.end(`${head}s3cr\u00003t: 1\r\n\r\n`), "http_protocol_error"],
    ["length and chunks", (s) => s.end(`${head}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`), "http_protocol_error"],
  ] satisfies [string, (socket: net.Socket) => unknown, string][])("%s", async (_what, answer, type) => {
    const upstream = await port(net.createServer((socket) => socket.once("data", () => answer(socket))));
    const error = await emitted(http.get({ port: upstream, host: "127.0.0.1", path: "/?token=s3cr3t" }));
    expect(outcome(error)).toEqual([502, type, undefined]);
  });
});

describe("the way to an upstream", () => {
  it.each([
    ["refused", refusal, 502, "connection_refused"],
    ["no route", () => emitted(net.connect(9, "255.255.255.255")), 502, "destination_ip_unroutable"],
    // nginx: connect() to unix:... failed (2: No such file or directory) is a 502 as well
    ["missing unix socket", () => emitted(http.get({ socketPath: missingFile })), 502, "connection_refused"],
    ["unknown name", () => failure(() => dns.promises.lookup("s3cr3t..example")), 502, "dns_error"],
    ["NXDOMAIN", () => asked((reply) => reply(3)), 502, "dns_error"],
    ["SERVFAIL", () => asked((reply) => reply(2)), 502, "dns_error"],
    ["REFUSED", () => asked((reply) => reply(5)), 502, "dns_error"],
    ["no address", () => asked((reply) => reply(0)), 502, "dns_error"],
    ["silent name server", () => asked(() => {}), 504, "dns_timeout"],
  ])("%s", async (_what, fail, status, type) => {
    expect(outcome(await fail())).toEqual([status, type, undefined]);
  });
});

describe("TLS with an upstream", () => {
  const good = certificate();
  const expired = certificate({ until: Date.now() - 1000 });
  const foreign = certificate({ issuer: "Nobody" });
  const elsewhere = certificate({ host: "s3cr3t.example" });

  it.each([
    ["self-signed", good, {}, "tls_certificate_error"],
    ["unknown issuer", foreign, {}, "tls_certificate_error"],
    ["expired", expired, { ca: expired.cert }, "tls_certificate_error"],
    ["another name", elsewhere, { ca: elsewhere.cert }, "tls_certificate_error"],
    ["no common version", good, { maxVersion: "TLSv1.2" }, "tls_alert_received"],
    ["not TLS at all", undefined, {}, "tls_protocol_error"],
  ] satisfies [string, Certificate | undefined, tls.ConnectionOptions, string][])("%s", async (_what, own, options, type) => {
    const plain = () => net.createServer((socket) => socket.end("s3cr3t, in plain text\r\n"));
    const upstream = await port(own ? tls.createServer({ ...own, minVersion: "TLSv1.3" }) : plain());
    const error = await emitted(tls.connect({ port: upstream, host: "127.0.0.1", servername: "localhost", ...options }));
    expect(outcome(error)).toEqual([502, type, undefined]);
  });

  it("takes a good certificate", async () => {
    const upstream = await port(tls.createServer(good, (socket) => socket.end()));
    const socket = tls.connect({ port: upstream, host: "127.0.0.1", servername: "localhost", ca: good.cert });
    await once(socket, "secureConnect");
    socket.destroy();
  });
});

describe("HTTP/2 with an upstream", () => {
  const request = (at: number) => {
    const session = http2.connect(`http://127.0.0.1:${at}`).on("error", () => {});
    const stream = session.request({ ":path": "/?token=s3cr3t" });
    return emitted(stream).finally(() => session.destroy());
  };

  it("looks through the cancelled stream for what broke the session", async () => {
    expect(outcome(await request(await closedPort()))).toEqual([502, "connection_refused", undefined]);
  });

  it("takes HTTP/1 for no HTTP/2", async () => {
    const upstream = await port(net.createServer((socket) => socket.end("HTTP/1.1 400 s3cr3t\r\n\r\n")));
    expect(outcome(await request(upstream))).toEqual([502, "http_protocol_error", undefined]);
  });

  it("keeps to the cancelled stream where what broke the session says nothing", async () => {
    const session = http2.connect(`http://127.0.0.1:${await port(http2.createServer())}`).on("error", () => {});
    const failed = emitted(session.request({ ":path": "/?token=s3cr3t" }));
    session.destroy(new Error("s3cr3t"));
    expect(outcome(await failed)).toEqual([502, "connection_terminated", undefined]);
  });

  it("knows a refused stream", async () => {
    const server = http2.createServer((_request, response) => response.stream.close(http2.constants.NGHTTP2_REFUSED_STREAM));
    expect(outcome(await request(await port(server)))).toEqual([502, "connection_terminated", undefined]);
  });
});

describe("content that does not unpack", () => {
  const brotli = zlib.brotliCompressSync("s3cr3t".repeat(100));
  const gzip = zlib.gzipSync("s3cr3t".repeat(100));
  const withDictionary = zlib.deflateSync("s3cr3t", { dictionary: Buffer.from("s3cr3t") });
  const late = createRequire(import.meta.url).resolve("node-26/bin/node");
  const coding = "http_response_content_coding";
  const rows = [
    ["gzip", () => zlib.gunzipSync("s3cr3t"), coding],
    ["gzip, cut short", () => zlib.gunzipSync(gzip.subarray(0, 20)), coding],
    ["deflate with a dictionary", () => zlib.inflateSync(withDictionary), coding],
    ["brotli", () => zlib.brotliDecompressSync("s3cr3t, not brotli at all"), coding],
    ["brotli, badly padded", () => zlib.brotliDecompressSync(Buffer.from([0xff, 0xff, 0xff])), coding],
    ["brotli, cut short", () => zlib.brotliDecompressSync(brotli.subarray(0, 9)), coding],
    ["a bomb", () => zlib.gunzipSync(gzip, { maxOutputLength: 100 }), "http_response_body_size"],
  ] as const;

  it.each(rows)("%s, from an upstream", async (_what, unpack, type) => {
    const error = await failure(unpack);
    expect(outcome(error)).toEqual([502, type, undefined]);
    expect(outcome(error, { origin: "upstream", encodedRequest: true })).toEqual([502, type, undefined]);
  });

  it.each(rows)("%s, from the client", async (_what, unpack, type) => {
    const error = await failure(unpack);
    expect(outcome(error, { origin: "inbound" })).toEqual([400, undefined, type === coding ? undefined : 413]);
    expect(normalizeError(error, { encodedRequest: true })).toMatchObject({ status: 400, proxyError: undefined });
  });

  it.each(rows)("%s, from a datastore", async (_what, unpack) => {
    expect(outcome(await failure(unpack), { origin: "datastore" })).toEqual([500, undefined, undefined]);
  });

  it("knows each of Brotli's errors of format by the code that Node makes of its name", () => {
    const prefix = "BROTLI_DECODER";
    const names = Object.keys(zlib.constants).filter((name) => name.startsWith(`${prefix}_ERROR_FORMAT_`));
    expect(names.length).toBeGreaterThan(10);
    for (const name of names) {
      const error = Object.assign(new Error(), { code: `ERR_${name.slice(prefix.length)}` });
      expect(outcome(error), name).toEqual([502, coding, undefined]);
    }
  });

  it("knows zstd, which this Node may not have, from one that has", async () => {
    const script = `try { zlib.zstdDecompressSync(Buffer.from("s3cr3t!")) } catch (e) { console.log(JSON.stringify({ ...e, message: e.message })) }`;
    const shape = JSON.parse(execFileSync(late, ["-e", script], { encoding: "utf8" }));
    expect(outcome(Object.assign(new Error(), shape))).toEqual([502, coding, undefined]);
  });
});

describe("a request, by node's own parser", () => {
  const start = "POST / HTTP/1.1\r\nHost: s3cr3t\r\n";
  it.each([
    ["garbage", ["s3cr3t\r\n\r\n"], 400, undefined],
    ["endless head", [`${start}X: ${"x".repeat(20_000)}`], 400, 431],
    ["bad chunk", [`${start}Transfer-Encoding: chunked\r\n\r\ns3cr3t\r\n`], 400, undefined],
    ["bad length", [`${start}Content-Length: s3cr3t\r\n\r\n`], 400, undefined],
    ["length and chunks", [`${start}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`], 400, undefined],
    ["FIN amid the content", [`${start}Content-Length: 9\r\n\r\ns3cr3t`, "end"], 400, undefined],
    ["RST amid the content", [`${start}Content-Length: 9\r\n\r\ns3cr3t`, "resetAndDestroy"], 408, 499],
    ["a head that takes too long", [start], 408, undefined],
  ] as const)("%s", async (_what, [text, end], status, received) => {
    const server = http.createServer(
      { headersTimeout: scaled(100), requestTimeout: scaled(150), connectionsCheckingInterval: 20 },
      (request) => {
        request.on("error", () => {});
        if (end) client[end]();
      },
    );
    const failed = new Promise((resolve) => server.on("clientError", (error, socket) => resolve((socket.destroy(), error))));
    const client = net.connect(await port(server), "127.0.0.1").on("error", () => {});
    client.write(text);
    expect(outcome(await failed, { origin: "inbound" })).toEqual([status, undefined, received]);
    client.destroy();
  });

  it.each([
    ["plain text", {}, (at: number) => net.connect(at, "127.0.0.1").end("GET / HTTP/1.1\r\n\r\n"), 400, undefined],
    ["an old version", {}, (at: number) => tls.connect({ port: at, host: "127.0.0.1", maxVersion: "TLSv1.2" }), 400, undefined],
    ["an alert", {}, alerting, 400, undefined],
    ["node, which leaves without an alert", {}, (at: number) => tls.connect({ port: at, host: "127.0.0.1" }), 408, 499],
    ["no handshake", { handshakeTimeout: scaled(50) }, (at: number) => net.connect(at, "127.0.0.1"), 408, undefined],
  ])("TLS: %s", async (_what, options, connect, status, received) => {
    const server = tls.createServer({ ...certificate(), minVersion: "TLSv1.3", ...options });
    const failed = once(server, "tlsClientError");
    const client = connect(await port(server)).on("error", () => {});
    expect(outcome((await failed)[0], { origin: "inbound" })).toEqual([status, undefined, received]);
    client.destroy();
  });

  /** A client that begins as any other and then does not like the server's certificate. */
  function alerting(at: number) {
    const client = net.connect(at, "127.0.0.1");
    const relay = new Duplex({ read() {}, write: (chunk, _encoding, done) => client.write(chunk, () => done()) });
    tls.connect({ socket: relay }).on("error", () => {});
    client.once("data", () => client.end(Buffer.from([21, 3, 3, 0, 2, 2, 48]))); // fatal, unknown_ca (RFC 8446 section 6)
    return client;
  }
});

describe("a client that went away", () => {
  /** What a handler sees that was reading the request, and what node says of that request. */
  async function abortedUpload() {
    const server = http.createServer();
    const client = net.connect(await port(server), "127.0.0.1").on("error", () => {});
    client.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\ns3cr3t");
    const [request] = (await once(server, "request")) as [http.IncomingMessage];
    const failed = failure(async () => {
      for await (const _chunk of request) client.resetAndDestroy();
    });
    return {
      error: await failed,
      state: { clientGone: request.aborted && request.socket.destroyed, unreadRequest: !request.complete },
    };
  }

  it("is known by its connection, which is gone along with the request", async () => {
    const { error, state } = await abortedUpload();
    expect(state).toEqual({ clientGone: true, unreadRequest: true });
    expect(outcome(error, state)).toEqual([408, undefined, 499]);
    expect(outcome(error, { origin: "inbound" })).toEqual([408, undefined, 499]);
  });

  it("is not blamed for the same error while it still waits, be its request unread", async () => {
    const { error } = await abortedUpload();
    expect(outcome(error, { unreadRequest: true })).toEqual([502, "http_response_incomplete", undefined]);
  });

  it("explains a stream that closed early, or that is written to afterwards", async () => {
    const response = new PassThrough();
    const closed = failure(() => pipeline(new PassThrough(), response));
    response.destroy();
    response.on("error", () => {});
    const destroyed = await new Promise((resolve) => response.write("s3cr3t", resolve));
    const ended = new PassThrough();
    const late = emitted(ended.end() && ended);
    ended.write("s3cr3t");
    for (const error of [await closed, destroyed, await late])
      expect(outcome(error, { clientGone: true })).toEqual([408, undefined, 499]);
    expect(outcome(await closed)).toEqual([502, "connection_terminated", undefined]);
    for (const error of [destroyed, await late]) expect(outcome(error)).toEqual([500, undefined, undefined]);
  });

  it("explains an HTTP/2 stream that is no more", async () => {
    const server = http2.createServer();
    const session = http2.connect(`http://127.0.0.1:${await port(server)}`);
    const cancelled = session.request().on("error", () => {});
    const [stream] = (await once(server, "stream")) as [http2.ServerHttp2Stream];
    stream.on("error", () => {});
    cancelled.close(http2.constants.NGHTTP2_CANCEL);
    await once(stream, "close");
    const error = await failure(() => stream.respond());
    expect(outcome(error, { clientGone: true })).toEqual([408, undefined, 499]);
    expect(outcome(error)).toEqual([500, undefined, undefined]);
    session.destroy();
  });

  it("does not explain a refused upstream", async () => {
    expect(outcome(await refusal(), { clientGone: true })).toEqual([502, "connection_refused", undefined]);
  });
});

describe("a datastore", () => {
  it.each([
    ["refuses", refusal, 503],
    ["resets", async () => emitted(net.connect(await port(net.createServer((s) => s.resetAndDestroy())), "127.0.0.1")), 503],
    ["has no socket", () => emitted(net.connect(missingFile)), 503],
    ["has no name", () => failure(() => dns.promises.lookup("s3cr3t..example")), 503],
    ["cannot be named in time", () => asked(() => {}), 504],
  ])("%s", async (_what, fail, status) => {
    expect(outcome(await fail(), { origin: "datastore" })).toEqual([status, undefined, undefined]);
  });
});

describe("a fault of our own is a 500", () => {
  const node = process.execPath;
  it.each([
    ["missing file", () => readFileSync(missingFile)],
    ["directory", () => readFileSync(tmpdir())],
    ["spawnSync ETIMEDOUT", () => execFileSync(node, ["-e", "setInterval(() => {}, 9e3)", "s3cr3t"], { timeout: 100 })],
    ["spawn ENOENT", () => execFileSync("s3cr3t-is-no-command")],
    ["exit status", () => execFileSync(node, ["-e", "process.exit(145)", "s3cr3t"], { stdio: "ignore" })],
    ["EADDRINUSE", async () => emittedError(net.createServer().listen(await port(net.createServer()), "127.0.0.1"))],
    ["listening elsewhere", async () => emittedError(net.createServer().listen(0, "192.0.2.1"))],
    ["source address", async () => emittedError(net.connect({ port: 9, host: "127.0.0.1", localAddress: "192.0.2.1" }))],
    ["header value", () => new http.OutgoingMessage().setHeader("x", "s3cr3t\n")],
    ["argument type", () => writeFileSync(missingFile, 1 as never)],
    ["status", () => new http.ServerResponse(new http.IncomingMessage(new net.Socket())).writeHead(1000)],
    ["URL", () => new URL("//s3cr3t")],
    ["request path", () => http.get("http://127.0.0.1/", { path: "/s3cr3t " })],
    ["TLS version", () => tls.createSecureContext({ minVersion: "TLSv9" as never })],
    ["key", () => tls.createSecureContext({ key: "s3cr3t" })],
    ["JSON", () => JSON.parse("s3cr3t")],
    ["string length", () => "s3cr3t".repeat(2 ** 29)],
    [
      "stack overflow",
      function deeper(): unknown {
        return [deeper()];
      },
    ],
  ] satisfies [string, () => unknown][])("%s", async (_what, run) => {
    const error = await failure(run);
    for (const options of [{}, { origin: "upstream" }, { origin: "datastore" }] as const)
      expect(outcome(error, options)).toEqual([500, undefined, undefined]);
  });

  const emittedError = async (emitter: NodeJS.EventEmitter) => {
    throw await emitted(emitter);
  };

  it("headers sent twice", async () => {
    const server = http.createServer();
    const client = http.get({ port: await port(server), host: "127.0.0.1", agent: false }).on("error", () => {});
    const [, response] = (await once(server, "request")) as [unknown, http.ServerResponse];
    response.end("ok");
    expect(outcome(await failure(() => response.setHeader("s3cr3t", "1")))).toEqual([500, undefined, undefined]);
    client.destroy();
  });
});

describe("what runs out for a while is a 503", () => {
  it.skipIf(!existsSync("/dev/full"))("disk", async () => {
    expect(outcome(await failure(() => writeFileSync("/dev/full", "s3cr3t")))).toEqual([503, undefined, 507]);
  });

  it.skipIf(process.platform === "win32")("file descriptors", () => {
    const script = `try { for (;;) fs.openSync("/dev/null") } catch (e) { console.log(JSON.stringify({ ...e, path: "/s3cr3t" })) }`;
    const { stdout } = spawnSync("sh", ["-c", `ulimit -n 50; exec "$0" -e '${script}'`, process.execPath], { encoding: "utf8" });
    expect(outcome(Object.assign(new Error(), JSON.parse(stdout)))).toEqual([503, undefined, undefined]);
  });
});

/** As the kernel or OpenSSL would, in circumstances that no test can bring about everywhere. */
describe("by its code alone", () => {
  it.each([
    ["connect EACCES", {}, 502, "connection_refused"],
    ["queryA ECONNREFUSED", {}, 502, "dns_error"],
    ["connect EPERM", {}, 502, "destination_ip_prohibited"],
    ["connect EHOSTUNREACH", {}, 502, "destination_ip_unroutable"],
    ["getaddrinfo EAI_AGAIN", {}, 504, "dns_timeout"],
    ["read ETIMEDOUT", {}, 504, "connection_read_timeout"],
    ["read ETIMEDOUT", { origin: "inbound" }, 408, undefined],
    ["write EPROTO", {}, 502, "tls_protocol_error"],
    ["open ENFILE", {}, 503, undefined],
    ["spawn ENOMEM", {}, 503, undefined],
    ["open EACCES", {}, 500, undefined],
    ["unlink EPERM", {}, 500, undefined],
  ] satisfies [string, NormalizeOptions, number, string | undefined][])("%s %j", (message, options, status, type) => {
    const [syscall, code] = message.split(" ");
    const error = Object.assign(new Error(`${message} s3cr3t`), { syscall, code, errno: -1 });
    expect(outcome(error, options)).toEqual([status, type, undefined]);
  });
});
