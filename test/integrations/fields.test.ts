// Which header fields of an upstream leave by which integration: those that act on a client or on a server in front, and credentials.
import { createServer, type IncomingMessage, type OutgoingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createRawServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import type { ResponderOptions } from "@fg-errors/core";
import { describe, expect, it } from "vitest";
import { credentialRules, representationRules, upstreamRules } from "../../packages/core/src/http/field-rules.js";
import { assertContract } from "../assert-contract.js";
import { patience } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind as behindLibrary, libraries } from "../upstream/proxy-libraries.js";
import { calls } from "./call-integrations.js";
import type { Integration } from "./integration.js";
import { hosts, type Host } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { proxies } from "./proxy-integrations.js";

/** Not for a test to send: they frame the message, or are checked elsewhere. */
const framing = new Set(["content-encoding", "content-length", "content-range", "content-type", "trailer", "transfer-encoding", "date"]); // prettier-ignore

/** One name for each name and prefix of the rules. */
const namesIn = (rules: typeof upstreamRules) =>
  rules
    .flatMap(({ names = [], prefixes = [], suffixes = [] }) => [
      ...names,
      ...prefixes.map((prefix) => `${prefix}x`),
      ...suffixes.map((suffix) => `cdn${suffix}`),
    ])
    .filter((name) => !framing.has(name));

const ofContent = namesIn(representationRules);
const ofUpstream = namesIn(upstreamRules).filter((name) => !/^(allow|proxy-authenticate|retry-after|www-authenticate|x-request-id)$/.test(name)); // prettier-ignore
const credentials = namesIn(credentialRules).filter((name) => name !== "proxy-authenticate");

const named = (names: readonly string[], value: string) => Object.fromEntries(names.map((name) => [name, value]));

/** What a gateway says of itself, before anything is asked of the upstream. */
const own = {
  "strict-transport-security": "max-age=1",
  "alt-svc": 'h3=":1"',
  nel: "{}",
  "clear-site-data": '"cache"',
  "ratelimit-limit": "7",
  link: "</help>; rel=help",
  "set-cookie": "gateway=1",
};

const realm = 'Basic realm="s3cr3t"';

const replies: Readonly<Record<string, { readonly status: number; readonly headers: OutgoingHttpHeaders }>> = {
  "/acts": { status: 404, headers: { ...named([...ofContent, ...ofUpstream], "s3cr3t"), "x-kept": "1" } },
  "/login": { status: 401, headers: { ...named(credentials, "s3cr3t=1"), "www-authenticate": realm, "x-kept": "1" } },
  "/welcome": { status: 200, headers: { ...named(credentials, "s3cr3t=1"), "www-authenticate": realm, "x-kept": "1" } },
};

function upstream({ url = "" }: IncomingMessage, response: ServerResponse): void {
  const { status, headers } = replies[url]!;
  response
    .writeHead(status, { "Content-Type": "application/json", Connection: "close", ...headers })
    .end('{"message":"as it is"}');
}

describe.each([...proxies, ...intercepted, ...calls])("$name", { concurrent: true }, (integration) => {
  describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
    it("lets nothing of an error reply out that acts on a client or on a server in front", async () => {
      const answer = await ask(host, integration, "/acts");
      assertContract(answer);
      for (const name of ofContent) expect(answer.headers.get(name), name).toBe(name === "cache-control" ? "no-store" : null);
      for (const name of ofUpstream) expect(answer.headers.get(name), name).toBe((own as Record<string, string>)[name] ?? null);
      expect(answer.headers.get("ratelimit-limit")).toBe("7");
    });

    it("lets no credentials out, if asked to, neither of an error nor of a success", async () => {
      const options: ResponderOptions = { upstreamCredentials: "drop", challenge: "Own", relayStatuses: [401] };
      for (const path of ["/login", "/welcome"]) {
        const { status, headers, text } = await ask(host, integration, path, options);
        expect([...headers].filter(([, value]) => value.includes("s3cr3t"))).toEqual([]);
        expect(headers.getSetCookie()).toEqual(["gateway=1"]);
        expect(headers.get("clear-site-data")).toBe('"cache"');
        if (path === "/welcome") expect([status, text.includes("as it is")]).toEqual([200, true]);
        else if (status !== 502) expect([status, headers.get("www-authenticate")]).toEqual([401, "Own"]); // upstream()'s own
      }
    });

    it("passes credentials on by default", async () => {
      if (integration.name.startsWith("upstream(")) return; // whose handler copies nothing
      const login = await ask(host, integration, "/login");
      expect([login.status, login.headers.get("www-authenticate")]).toEqual([401, realm]);
      expect(login.headers.getSetCookie()).toContain("s3cr3t=1");
      const welcome = await ask(host, integration, "/welcome");
      expect(welcome.headers.getSetCookie()).toContain("s3cr3t=1");
    });
  });
});

async function ask(host: Host, integration: Integration, path: string, options: ResponderOptions = {}) {
  const closers: (() => unknown)[] = [];
  const onClose = (close: () => unknown) => void closers.push(close);
  try {
    return await withServer(upstream, async (port) => {
      const target = { url: `http://127.0.0.1:${port}`, connect: {}, connections: () => 0, close: async () => {} };
      const given = { onError() {}, ...options };
      const listener = await host.create(integration, { upstream: target, limit: patience, options: given, onClose });
      const gateway = createServer((incoming, response) => {
        for (const [name, value] of Object.entries(own)) response.setHeader(name, value);
        listener(incoming, response);
      });
      return parseAnswer(await withServer(gateway, (port) => exchange(port, request(`GET ${path}`))));
    });
  } finally {
    await Promise.all(closers.map((close) => close()));
  }
}

describe.each(libraries)("WebSockets, $name", { concurrent: true }, (library) => {
  it("that are refused bring nothing that acts, and no credentials, if asked to", async () => {
    const fields = Object.entries({ ...replies["/login"]!.headers, ...named(ofUpstream, "s3cr3t") });
    const head = fields.map(([name, value]) => `${name}: ${String(value)}\r\n`).join("");
    const refusing = createRawServer((socket) => {
      socket.on("error", () => {}).once("data", () => socket.end(`HTTP/1.1 401 No\r\n${head}Content-Length: 0\r\n\r\n`));
    }).listen(0, "127.0.0.1");
    await once(refusing, "listening");
    const { port } = refusing.address() as AddressInfo;
    const upgrade = { Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==" }; // prettier-ignore
    const options: ResponderOptions = { upstreamCredentials: "drop", challenge: "Own", onError() {} };
    const bytes = await behindLibrary(library, port, { options }, (port) => exchange(port, request("GET /chat", upgrade)));
    refusing.close();
    expect(bytes).not.toContain("s3cr3t");
    expect(parseAnswer(bytes)).toMatchObject({ status: 401 });
    expect(parseAnswer(bytes).headers.get("www-authenticate")).toBe("Own");
  });
});
