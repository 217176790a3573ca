// The option success: "fold", for those who want the documented table closed on that side too.
import type { RequestListener } from "node:http";
import type { ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { exchange, parseAnswer, request } from "../wire.js";
import { fetchGateways } from "./fetch-gateways.js";
import { relays, through } from "./upstream-gateways.js";

const replying =
  (status: number, content: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "text/csv", "Content-Language": "de", ETag: '"1"', ...headers });
    response.flushHeaders(); // so that the length is not known beforehand
    response.end(content);
  };

const folding: ResponderOptions = { success: "fold" };

describe.each([...relays, ...fetchGateways])("$name", (gateway) => {
  const ask = (upstream: RequestListener, options: ResponderOptions = folding, method = "GET") =>
    through(gateway, upstream, async (port) => parseAnswer(await exchange(port, request(`${method} /`))), options);

  it.each([
    [200, "content", 200],
    [200, "", 200],
    [201, "content", 200],
    [201, "", 204],
    [202, "content", 200],
    [202, "", 204],
    [204, "", 204],
    [205, "", 204],
    [206, "content", 206],
    [207, "content", 200],
    [299, "", 204],
    [302, "content", 302],
    [304, "", 304],
  ])("makes of a %i with %j a %i", async (received, content, status) => {
    const answer = await ask(replying(received, content));
    expect(answer.status).toBe(status);
    expect(answer.text.includes("content")).toBe(content !== "");
    expect(answer.headers.get("etag")).toBe('"1"');
    if (status !== 204 || received === 204) return;
    for (const name of ["content-type", "content-language", "content-length", "transfer-encoding"])
      expect(answer.headers.has(name), name).toBe(false);
  });

  it("folds the answer to HEAD like the one to GET, where the length shows that it is empty", async () => {
    expect(await ask(replying(202, "", { "Content-Length": "0" }), folding, "HEAD")).toMatchObject({ status: 204, text: "" });
    expect(await ask(replying(201, "", { "Content-Length": "7" }), folding, "HEAD")).toMatchObject({ status: 200, text: "" });
  });

  it("changes nothing by default", async () => {
    expect(await ask(replying(201, ""), {})).toMatchObject({ status: 201 });
  });

  it("names in Proxy-Status the status that was received, where it has a name", async () => {
    const listener = replying(201, "content", { "Proxy-Status": "inner; received-status=202" });
    const answer = await ask(listener, { ...folding, proxyName: "edge" });
    expect(answer.headers.get("proxy-status")).toBe("inner; received-status=202, edge;received-status=201");
    expect((await ask(replying(200, "content"), { ...folding, proxyName: "edge" })).headers.has("proxy-status")).toBe(false);
  });
});
