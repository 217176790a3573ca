import * as client from "@fg-errors/client";
import * as core from "@fg-errors/core";
import * as coreFunctions from "@fg-errors/core/functiongraph";
import * as coreHosts from "@fg-errors/core/hosts";
import * as coreProxy from "@fg-errors/core/proxy";
import * as coreServer from "@fg-errors/core/server";
import * as coreUpstream from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import * as functiongraph from "@fg-errors/functiongraph";
import * as koa from "@fg-errors/koa";
import * as telemetry from "@fg-errors/telemetry";
import createExpress from "express";
import Koa from "koa";

type Modules = Readonly<Record<string, object>>;

/** Runs an example as it stands, with what is around it in `scope`, and gives one of its values. */
export function evaluate(code: string, value: string, scope: object = {}): unknown {
  const { names, values, body } = prepared(code, value, scope, {});
  return (new Function(...names, body) as (...values: unknown[]) => unknown)(...values);
}

const AsyncFunction = (async () => {}).constructor as FunctionConstructor;

/** Runs an example that waits for something. */
export function evaluateAsync(code: string, value: string, scope: object, more: Modules): Promise<unknown> {
  const { names, values, body } = prepared(code, value, scope, more);
  return (new AsyncFunction(...names, body) as unknown as (...values: unknown[]) => Promise<unknown>)(...values);
}

/**
 * Makes a function of an example: its imports become parameters.
 * @param more modules that only some examples import
 */
function prepared(code: string, value: string, scope: object, more: Modules) {
  const modules = new Map<string, object>([
    ["@fg-errors/client", client],
    ["@fg-errors/core", core],
    ["@fg-errors/core/functiongraph", coreFunctions],
    ["@fg-errors/core/hosts", coreHosts],
    ["@fg-errors/core/proxy", coreProxy],
    ["@fg-errors/core/server", coreServer],
    ["@fg-errors/core/upstream", coreUpstream],
    ["@fg-errors/express", express],
    ["@fg-errors/functiongraph", functiongraph],
    ["@fg-errors/koa", koa],
    ["@fg-errors/telemetry", telemetry],
    ["express", { default: createExpress }],
    ["koa", { default: Koa }],
    ...Object.entries(more),
  ]);
  const imported = [...code.matchAll(/^import (?:\{ (.+) \}|\* as (\w+)|(\w+)) from "(.+?)";.*$/gm)].flatMap(
    ([, names, all, byDefault, from]) => {
      const found = modules.get(from!) as Record<string, unknown>;
      if (all) return [[all, found]];
      return names ? names.split(", ").map((name) => [name, found[name]]) : [[byDefault!, found["default"]]];
    },
  ) as [string, unknown][];
  const require = (name: string) => modules.get(name);
  const bindings = { require, ...scope, ...Object.fromEntries(imported) };
  const own = code.replace(/^import .*$/gm, "").replace(/^export (?=const )/gm, "");
  const body = `{ ${own}\nreturn ${value}; }`; // a block: an example may declare what the scope has
  return { names: Object.keys(bindings), values: Object.values(bindings), body };
}
