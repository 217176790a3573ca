// A route is not asked for a path that the literal beginning of its own excludes. It must never be left out where Express would find it.
import express from "express";
import express4 from "express4";
import { describe, expect, it } from "vitest";
import { layersOf, matchedPart } from "../../packages/express/src/layers.js";
import { literalStarts } from "../../packages/express/src/literal-starts.js";

const both = ["/orders", "/Orders/", "/orders/:id", "/:a/b", "/a.b", "/a-:b", "/"];
const patterns4 = [...both, "/ab?cd", "/ab+cd", "/ab*cd", "/ab{2}cd", "/a(bc)?d", "/a|/b", "*"];
const patterns5 = [...both, "/a{/b}", "/a{bc}d", "/files/*path", "/x\\:y", "/{*all}"];
const paths = [
  ..."/ /orders /orders/ /ORDERS /order /orders/17 /orders/17/ /users/17 /x/b /a /a/ /a/b /b /acd /abcd /abbcd /ab1cd /ad".split(
    " ",
  ),
  ..."/abcd/ /a.b /axb /files /files/ /files/a/b /x:y /a-c /%6frders //orders /ordersX /\u212a".split(" "),
];

const appWith = (framework: unknown, pattern: string | RegExp | string[]) => {
  const app = (framework as typeof express)();
  app.get(pattern, () => {});
  return app;
};

describe.each([
  ["4", express4, patterns4],
  ["5", express, patterns5],
] as const)("Express %s", (_version, framework, patterns) => {
  it.each(patterns)("%s", (pattern) => {
    const layers = layersOf(appWith(framework, pattern));
    const at = layers.findIndex(({ route }) => route);
    const start = literalStarts(layers)[at]!;
    const matched = paths.filter((path) => matchedPart(layers[at]!, path) !== undefined);
    expect(matched.filter((path) => !path.toLowerCase().startsWith(start))).toEqual([]);
  });
});

it("gives the beginning that excludes others", () => {
  expect(literalStarts(layersOf(appWith(express, "/Orders/:id")))).toEqual(["/orders"]);
  expect(literalStarts(layersOf(appWith(express, ["/orders", "/users"])))).toEqual([""]);
  expect(literalStarts(layersOf(appWith(express, /^\/users/)))).toEqual([""]);
});

it("notices a route that is added, and one that replaces another", () => {
  const app = appWith(express, "/orders");
  const layers = layersOf(app) as unknown[];
  expect(literalStarts(layersOf(app))).toEqual(["/orders"]);
  app.get("/users", () => {});
  expect(literalStarts(layersOf(app))).toEqual(["/orders", "/users"]);
  layers.reverse();
  expect(literalStarts(layersOf(app))).toEqual(["/users", "/orders"]);
});
