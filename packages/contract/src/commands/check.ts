import { functionGraph } from "@fg-errors/core";
import { checkService, type ProbeResult } from "../check/check-service.js";
import type { Probe, Target } from "../check/probe.js";
import { probes } from "../check/probes.js";
import { reports } from "../check/reports.js";
import { loadContract, readFileText } from "../load-contract.js";
import { pathsIn } from "../openapi/paths.js";
import { UsageError } from "../usage-error.js";
import { oneOf, readArguments } from "./arguments.js";
import type { Command } from "./command.js";

/** Limits the milliseconds of one probe by default. */
const defaultTimeout = 5000;

/** Checks whether a running service keeps a contract. */
export const checkCommand: Command = {
  usage: `check URL [--contract CONTRACT] [--openapi FILE] [--only NAME,…] [--format ${Object.keys(reports).join("|")}] [--timeout MS] [--insecure]`,
  summary: `Sends ${probes.length} requests that provoke failures to a running service, one each, and exits with 1 if an answer breaks the contract.`,
  async run(args) {
    const names = ["contract", "openapi", "only", "format", "timeout", "insecure?"];
    const { positionals, options } = readArguments(args, this.usage, 1, names);
    const format = oneOf("format", options["format"], Object.keys(reports) as (keyof typeof reports)[], "text");
    const timeout = readTimeout(options["timeout"]);
    const target = await readTarget(positionals[0]!, options["openapi"]);
    const contract = typeof options["contract"] === "string" ? await loadContract(options["contract"]) : functionGraph;
    const results: ProbeResult[] = [];
    const chosen = chosenProbes(options["only"]);
    for await (const result of checkService(target, chosen, contract, { timeout, insecure: options["insecure"] === true })) {
      if (results.length === 0 && !result.isConnected)
        throw new UsageError(`nobody answers at ${positionals[0]}: ${result.faults.join("")}`);
      results.push(result);
      writeStep(`${results.length} of ${chosen.length}: ${result.name}`);
    }
    writeStep("");
    return { output: reports[format](positionals[0]!, results), code: results.some(({ faults }) => faults.length > 0) ? 1 : 0 };
  },
};

function readTimeout(value: string | true | undefined): number {
  const timeout = value === undefined ? defaultTimeout : Number(value);
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > 600_000)
    throw new UsageError("--timeout takes milliseconds, from 1 to 600000");
  return timeout;
}

function chosenProbes(only: string | true | undefined): readonly Probe[] {
  if (typeof only !== "string") return probes;
  const names = only.split(",");
  const unknown = names.find((name) => !probes.some((probe) => probe.name === name));
  if (unknown !== undefined)
    throw new UsageError(`there is no probe "${unknown}"; the probes are ${probes.map(({ name }) => name).join(", ")}`);
  return probes.filter(({ name }) => names.includes(name));
}

async function readTarget(text: string, openapi: string | true | undefined): Promise<Target> {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "http:" && url.protocol !== "https:")) throw new UsageError(`${text} is no http: or https: URL`);
  const { protocol, hostname, port, host, pathname, username, password, search, hash } = url;
  if (username || password || search || hash) throw new UsageError("the URL takes no credentials, no query and no fragment");
  const base = pathname.endsWith("/") ? pathname : `${pathname}/`;
  const paths = typeof openapi === "string" ? pathsIn(openapi, await readFileText(openapi)) : {};
  const below = (path: string | undefined) => (path === undefined ? base : base + path.replace(/^\//, ""));
  return {
    protocol,
    hostname: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "https:" ? 443 : 80)),
    host,
    base,
    jsonPath: below(paths.json),
    knownPath: below(paths.known),
  };
}

/** Writes where the check is, where a person is watching. */
function writeStep(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
