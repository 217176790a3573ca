import * as client from "@fg-errors/client";
import * as core from "@fg-errors/core";
import * as coreFunctions from "@fg-errors/core/functiongraph";
import * as coreProxy from "@fg-errors/core/proxy";
import * as coreServer from "@fg-errors/core/server";
import * as coreUpstream from "@fg-errors/core/upstream";
import * as express from "@fg-errors/express";
import * as functiongraph from "@fg-errors/functiongraph";
import * as koa from "@fg-errors/koa";
import createExpress from "express";
import Koa from "koa";

/** Runs an example as it stands, with what is around it in `scope`, and gives one of its values. */
export function evaluate(code: string, value: string, scope: object = {}): unknown {
  const modules = new Map<string, object>([
    ["@fg-errors/client", client],
    ["@fg-errors/core", core],
    ["@fg-errors/core/functiongraph", coreFunctions],
    ["@fg-errors/core/proxy", coreProxy],
    ["@fg-errors/core/server", coreServer],
    ["@fg-errors/core/upstream", coreUpstream],
    ["@fg-errors/express", express],
    ["@fg-errors/functiongraph", functiongraph],
    ["@fg-errors/koa", koa],
    ["express", { default: createExpress }],
    ["koa", { default: Koa }],
  ]);
  const imported = [...code.matchAll(/^import (?:\{ (.+) \}|(\w+)) from "(.+)";$/gm)].flatMap(([, names, byDefault, from]) => {
    const found = modules.get(from!) as Record<string, unknown>;
    return names ? names.split(", ").map((name) => [name, found[name]]) : [[byDefault!, found["default"]]];
  }) as [string, unknown][];
  const require = (name: string) => modules.get(name);
  const bindings = { require, ...scope, ...Object.fromEntries(imported) };
  const body = `{ ${code.replace(/^import .*$/gm, "")}\nreturn ${value}; }`; // a block: an example may declare what the scope has
  return (new Function(...Object.keys(bindings), body) as (...values: unknown[]) => unknown)(...Object.values(bindings));
}
