// What docs/edge.md says of servers in front is what they do.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createResponder, functionGraph, problem } from "@fg-errors/core";
import { expect, it } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { assertEdge, errorPage, replyWith, startEdgeUpstream } from "../edges/edge-upstream.js";
import { freePorts, requireProgram, startProgram } from "../edges/programs.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { block, codes, paragraph, read, table } from "./markdown.js";

const page = read("docs/edge.md");
const nginx = requireProgram("nginx", "nginx-light");

it("lists formats that there are", () => {
  const listed = table(page, "formats").map(([format]) => codes(format!)[0]!);
  expect(Object.keys(formats)).toEqual(expect.arrayContaining(listed));
  expect(listed).toContain("nginx");
});

it.each(["nginx", "haproxy", "caddy"])("has the limits of %s that the file itself has", (format) => {
  const text = formats[format]!(functionGraph, { openapi: "3.1" });
  const limits = text.split(" cannot do this:\n")[1]!.split("\n\n")[0]!;
  expect(limits.replaceAll("\n# ", " ").replace(/^# /, "")).toBe(paragraph(page, `limits: ${format}`));
});

it.skipIf(nginx.isSkipped)("configures nginx as it says", async () => {
  const folder = await mkdtemp(join(tmpdir(), "fg-errors-page-"));
  const [upstream, [port]] = [await startEdgeUpstream(), await freePorts(1)];
  const server = block(page, "example: nginx").replace("listen 80", `listen 127.0.0.1:${port}`);
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`).join(" ");
  await writeFile(join(folder, "fg-errors.conf"), formats["nginx"]!(functionGraph, { openapi: "3.1" }));
  await writeFile(
    join(folder, "nginx.conf"),
    `daemon off; master_process off; pid nginx.pid; error_log stderr; events {}
http { access_log off; ${temporary} ${server.replace(/127\.0\.0\.1:300\d/g, `127.0.0.1:${upstream.port}`)} }`,
  );
  const program = await startProgram(nginx.path, ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"], [port!]);
  try {
    await assertEdge(await exchange(port!, request("GET /legacy/orders", replyWith(errorPage(410)))), { status: 404 });
    const facts = { headers: { "x-request-id": "a1b2c3" }, url: "/orders" };
    const { body } = createResponder({ onError() {} })(problem(409, "Already there", { stack: false }), facts);
    const reply = `HTTP/1.1 409 Conflict\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    expect(parseAnswer(await exchange(port!, request("GET /orders", replyWith(reply)))).text).toBe(body);
    await upstream.close();
    await assertEdge(await exchange(port!, request("GET /orders")), { status: 502, members: { instance: "/orders" } });
  } finally {
    await program.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
