// The tour itself: that it passes, shows every documented error, keeps serving, and minds a port that is taken.
import { execFile, spawn } from "node:child_process";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { functionGraph } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { nodeVersion } from "../node-version.js";

const script = new URL("../../examples/tour/tour.js", import.meta.url).pathname;

/** All that Node 24 and later say: http-proxy 1 uses util._extend(). */
const deprecated = /^\(node:\d+\) \[DEP0060\] DeprecationWarning: [^\n]+\n\(Use [^\n]+\)\n$/;

describe("the tour", () => {
  it("ends with 0 under --once, shows every documented error status, and is not coloured in a pipe", async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script, "--once"], { timeout: 240_000 });
    const errors = Object.keys(functionGraph.statuses).filter((status) => Number(status) >= 400);
    for (const status of errors) expect(stdout).toContain(`  ${status} FSS.0${status} `);
    expect(stdout.match(/^(express|koa) /gm)!.length).toBeGreaterThanOrEqual(20);
    expect(stdout).toMatch(/\n\d+ requests, every answer kept the contract\.\n$/);
    for (const absent of ["\u001b", "\r", "All answers in full"]) expect(stdout).not.toContain(absent);
    expect(stderr).toEqual(nodeVersion < 24 ? "" : expect.stringMatching(deprecated));
  });

  it("keeps serving, on the next free port when its own is taken, and says so; stacks its rows where 80 columns are all", async () => {
    const taken = await Promise.all([8080, 8081].map(occupy));
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, COLUMNS: "80" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      const lines: string[] = [];
      for await (const line of createInterface(child.stdout)) {
        lines.push(line);
        if (line.includes("/nowhere") && line.includes("curl")) break;
      }
      expect(lines.filter((line) => /^Port 808\d is taken, so it is \d+\.$/.test(line)).length).toBeGreaterThan(0);
      const text = lines.join("\n");
      expect(text).toMatch(/\nkoa {5}GET \/nowhere\n {2}no route\n {2}- 404 [^\n]+\n {2}\+ 404 FSS\.0404 [^\n]+\n/);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
      const url = /curl -i (\S+\/closed\/)/.exec(text)![1]!;
      expect(await (await fetch(url)).json()).toMatchObject({ status: 502, error_code: "FSS.0502" });
      const page = /All answers in full, to be asked again: (\S+)/.exec(text)![1]!;
      expect(await (await fetch(page)).text()).toContain("<title>The tour of fg-errors</title>");
    } finally {
      child.kill();
      for (const server of taken) server?.close();
    }
  });
});

/** Takes a port, if nobody else has it. */
async function occupy(port: number) {
  const server = createServer();
  return new Promise<typeof server | undefined>((resolve) => {
    server.once("error", () => resolve(undefined)).listen(port, "127.0.0.1", () => resolve(server));
  });
}
