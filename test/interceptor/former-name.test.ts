// fgResponses() was called fgUpstream() before the first release.
import * as express from "@fg-errors/express";
import * as koa from "@fg-errors/koa";
import { expect, it } from "vitest";

it.each([
  ["express", express],
  ["koa", koa],
])("the former name throws and names the new one: %s", (_name, { fgUpstream }) => {
  expect(() => fgUpstream()).toThrow(new TypeError("fgUpstream() is now fgResponses()"));
});
