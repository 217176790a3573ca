// nginx with configuration that fg-errors has written, in a folder of its own.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Contract } from "@fg-errors/core";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { freePorts, requireProgram, startProgram } from "./programs.js";

export const nginxProgram = requireProgram("nginx", "nginx-light");

export interface Nginx {
  /** One for each server. */
  readonly ports: readonly number[];
  readonly printed: () => string;
  readonly close: () => Promise<void>;
}

export interface NginxServer {
  /** The server includes the contract's file first. */
  readonly contract: Contract;
  /** Parameters of `listen` behind the port. */
  readonly listen?: string;
  /** What else the server has. */
  readonly lines: string;
}

/**
 * Starts nginx.
 * @param http lines of http {} before the servers
 * @param files by path from the folder on that has nginx.conf
 */
export async function startNginx(
  servers: readonly NginxServer[],
  files: Readonly<Record<string, string>> = {},
  http = "",
): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), "fg-errors-nginx-"));
  const ports = await freePorts(servers.length);
  const blocks = servers.map(
    ({ listen = "", lines }, at) => `server {
    listen 127.0.0.1:${ports[at]} ${listen} default_server;
    include fg-errors-${at}.conf;
    root ${folder}/files;
    ${lines}
  }`,
  );
  const written = {
    ...files,
    ...Object.fromEntries(
      servers.map(({ contract }, at) => [`fg-errors-${at}.conf`, formats["nginx"]!(contract, { openapi: "3.1" })]),
    ),
    "nginx.conf": `daemon off; # and one process: what is killed is all of it
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  lingering_timeout 10ms;
  types { text/html html; text/plain txt; }
  default_type application/octet-stream;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${name};`).join(" ")}
  ${http}
  ${blocks.join("\n  ")}
}
`,
  };
  for (const [path, text] of Object.entries(written)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    const args = ["-p", folder, "-c", join(folder, "nginx.conf"), "-e", "stderr"];
    const { printed, stop } = await startProgram(nginxProgram.path, args, ports);
    return { ports, printed, close: () => stop().then(remove) };
  } catch (error) {
    await remove();
    throw error;
  }
}
