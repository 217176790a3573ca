// The contract in nginx: its own errors, and those of upstreams that know nothing of the contract.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { functionGraph } from "@fg-errors/core";
import { afterAll, beforeAll, describe, it } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { closedPort, exchange, request } from "../wire.js";
import { assertEdge, errorPage, replyWith, startEdgeUpstream, type EdgeUpstream } from "./edge-upstream.js";
import { freePorts, requireProgram, startProgram, type Program } from "./programs.js";

const nginx = requireProgram("nginx", "nginx-light");

describe.skipIf(nginx.isSkipped)("nginx", () => {
  let folder: string;
  let upstream: EdgeUpstream;
  let program: Program;
  let port: number;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fg-errors-nginx-"));
    upstream = await startEdgeUpstream();
    [port] = (await freePorts(1)) as [number];
    await writeFile(join(folder, "fg-errors.conf"), formats["nginx"]!(functionGraph, { openapi: "3.1" }));
    await writeFile(
      join(folder, "nginx.conf"),
      `daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  client_body_temp_path client;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen 127.0.0.1:${port} default_server;
    include fg-errors.conf;
    root ${folder};
    location /up/ { proxy_pass http://127.0.0.1:${upstream.port}; }
    location /down/ { proxy_pass http://127.0.0.1:${await closedPort()}; }
  }
}
`,
    );
    program = await startProgram(nginx.path, ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], [port]);
  });

  afterAll(async () => {
    await program?.stop();
    await upstream?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ["an upstream that is down", "/down/orders", 502],
    ["a file that is missing", "/missing.html", 404],
  ])("answers for %s", async (_name, path, status) => {
    const answer = await exchange(port, request(`GET ${path}?token=s3cr3t`, { "X-Request-Id": "a1b2c3" }));
    await assertEdge(answer, { status, members: { instance: path, request_id: "a1b2c3" } });
  });

  it.each([
    [404, 404],
    [410, 404],
    [418, 400],
    [421, 502],
    [429, 503],
    [505, 502],
  ])("answers for an upstream that answers %i with %i", async (received, status) => {
    await assertEdge(await exchange(port, request("GET /up/orders", replyWith(errorPage(received)))), { status });
  });
});
