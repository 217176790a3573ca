// One call by each client, through whatever way the fault needs.
import { once } from "node:events";
import { Agent as HttpAgent, createServer, request, type ClientRequest, type IncomingMessage } from "node:http";
import { connect as connectHttp2 } from "node:http2";
import { Agent as HttpsAgent, request as requestTls } from "node:https";
import type { AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import axios from "axios";
import got from "got";
import HttpProxy from "http-proxy";
import { Agent, fetch as undiciFetch, pipeline as undiciPipeline, request as undiciRequest, stream } from "undici";
import { Agent as Agent6, request as request6, stream as stream6 } from "undici6";
import { patience } from "../patience.js";
import type { Upstream } from "./fault.js";

/** Gets the root within `ms`, or within that for each step, reads the reply to its end and gives its status. */
export type Call = (upstream: Upstream, ms: number) => Promise<number | undefined>;

const NodesAgent = await nodesAgent();

export const http1 = {
  "node:http": (upstream, ms) => {
    const options = { agent: agentOf(upstream), signal: AbortSignal.timeout(ms) };
    return received((isTls(upstream) ? requestTls : request)(upstream.url, options));
  },
  "undici 7": async (upstream, ms) => drained(await undiciRequest(upstream.url, { dispatcher: dispatcher7(upstream, ms) })),
  "undici 6": async (upstream, ms) => drained(await request6(upstream.url, { dispatcher: dispatcher6(upstream, ms) })),
  "undici 7 stream": async (upstream, ms) => {
    const sink = new Sink();
    await stream(upstream.url, { method: "GET", dispatcher: dispatcher7(upstream, ms) }, sink.open);
    return sink.status;
  },
  "undici 6 stream": async (upstream, ms) => {
    const sink = new Sink();
    await stream6(upstream.url, { method: "GET", dispatcher: dispatcher6(upstream, ms) }, sink.open);
    return sink.status;
  },
  "undici 7 pipeline": async (upstream, ms) => {
    let status: number | undefined;
    const duplex = undiciPipeline(upstream.url, { method: "GET", dispatcher: dispatcher7(upstream, ms) }, (reply) => {
      status = reply.statusCode;
      return reply.body;
    });
    await text(duplex.end());
    return status;
  },
  "undici 7 fetch": async (upstream, ms) => consumed(await undiciFetch(upstream.url, { dispatcher: dispatcher7(upstream, ms) })),
  "fetch dispatcher": async (upstream, ms) =>
    consumed(await fetch(upstream.url, { dispatcher: dispatcherOfNode(upstream, ms) } as object)),
  "fetch signal": async (upstream, ms) => {
    // Without a dispatcher Node's fetch is itself, but has no option for the way to the upstream.
    const options = Object.keys(upstream.connect).length === 0 ? {} : { dispatcher: dispatcherOfNode(upstream, 2 * patience) };
    return consumed(await fetch(upstream.url, { ...options, signal: AbortSignal.timeout(ms) }));
  },
  axios: async (upstream, ms) => {
    const { status } = await axios.get(upstream.url, { ...axiosOptions(upstream, ms), validateStatus: null });
    return status;
  },
  "axios stream": async (upstream, ms) => {
    const { status, data } = await axios.get(upstream.url, { ...axiosOptions(upstream, ms), responseType: "stream" });
    await text(data);
    return status;
  },
  got: async (upstream, ms) => (await got(upstream.url, { ...gotOptions(upstream), timeout: { request: ms } })).statusCode,
  "got phases": async (upstream, ms) => {
    const timeout = { lookup: ms, connect: ms, secureConnect: ms, response: ms, read: ms };
    return (await got(upstream.url, { ...gotOptions(upstream), timeout })).statusCode;
  },
  "got stream": async (upstream, ms) => {
    const reply = got.stream(upstream.url, { ...gotOptions(upstream), timeout: { request: ms } });
    await text(reply);
    return reply.response?.statusCode;
  },
  "http-proxy": async (upstream, ms) => {
    const proxy = HttpProxy.createProxyServer({ target: upstream.url, agent: agentOf(upstream), proxyTimeout: ms });
    const failed = new Promise<never>((_resolve, reject) => proxy.on("error", reject));
    const gateway = createServer((incoming, response) => proxy.web(incoming, response)).listen(0, "127.0.0.1");
    await once(gateway, "listening");
    try {
      return await Promise.race([failed, received(request({ port: (gateway.address() as AddressInfo).port, agent: false }))]);
    } finally {
      gateway.close();
      gateway.closeAllConnections();
    }
  },
} satisfies Record<string, Call>;

export const http2 = {
  "node:http2": (upstream, ms) =>
    new Promise((resolve, reject) => {
      const session = connectHttp2(upstream.url, upstream.connect).on("error", reject);
      const outgoing = session.request({ ":path": "/" }, { signal: AbortSignal.timeout(ms) }).on("error", reject);
      let status: number | undefined;
      outgoing.on("response", (headers) => (status = headers[":status"]));
      outgoing.resume().on("close", () => {
        session.destroy();
        setImmediate(resolve, status);
      });
    }),
  "undici 7 h2": async (upstream, ms) =>
    drained(await undiciRequest(upstream.url, { dispatcher: dispatcher7(upstream, ms, true) })),
  "undici 6 h2": async (upstream, ms) => drained(await request6(upstream.url, { dispatcher: dispatcher6(upstream, ms, true) })),
  "fetch h2": async (upstream, ms) =>
    consumed(await fetch(upstream.url, { dispatcher: dispatcherOfNode(upstream, ms, true) } as object)),
} satisfies Record<string, Call>;

function isTls({ url }: Upstream): boolean {
  return url.startsWith("https:");
}

function agentOf(upstream: Upstream): HttpAgent {
  return isTls(upstream) ? new HttpsAgent(upstream.connect) : new HttpAgent(upstream.connect);
}

function axiosOptions(upstream: Upstream, timeout: number) {
  const agent = agentOf(upstream);
  return { httpAgent: agent, httpsAgent: agent, timeout, proxy: false } as const;
}

function gotOptions(upstream: Upstream) {
  const agent = agentOf(upstream);
  return { agent: { http: agent, https: agent as HttpsAgent }, retry: { limit: 0 } };
}

function dispatcher7(upstream: Upstream, ms: number, allowH2 = false) {
  return new Agent(settings(upstream, ms, allowH2));
}

function dispatcher6(upstream: Upstream, ms: number, allowH2 = false) {
  return new Agent6(settings(upstream, ms, allowH2));
}

/** Node's fetch() takes dispatchers of undici's neighbouring releases only: this one is of the release that Node itself contains. */
function dispatcherOfNode(upstream: Upstream, ms: number, allowH2 = false) {
  return new NodesAgent(settings(upstream, ms, allowH2));
}

function settings({ connect }: Upstream, ms: number, allowH2: boolean) {
  return { connect: { ...connect, timeout: ms }, headersTimeout: ms, bodyTimeout: ms, allowH2 };
}

/** Node hands its class out to nobody, but its global dispatcher is one, once fetch() was called. */
async function nodesAgent(): Promise<typeof Agent> {
  await fetch("data:,");
  const dispatchers = [2, 1].map(
    (version) => Reflect.get(globalThis, Symbol.for(`undici.globalDispatcher.${version}`)) as unknown,
  );
  return (dispatchers.find((dispatcher) => dispatcher !== undefined) as Agent).constructor as typeof Agent;
}

/** Whatever comes is thrown away. */
class Sink extends Writable {
  status: number | undefined;

  readonly open = ({ statusCode }: { readonly statusCode: number }): Writable => {
    this.status = statusCode;
    return this;
  };

  override _write(_chunk: unknown, _encoding: unknown, done: () => void): void {
    done();
  }
}

/** undefined when the request just ends, without a response and without a word. */
async function received(outgoing: ClientRequest): Promise<number | undefined> {
  const failed = new Promise<never>((_resolve, reject) => outgoing.on("error", reject)); // after the response, too
  const whole = async () => {
    const [incoming] = (await Promise.race([once(outgoing, "response"), once(outgoing, "close")])) as [IncomingMessage?];
    if (incoming) await pipeline(incoming, new Sink());
    return incoming?.statusCode;
  };
  outgoing.end();
  return Promise.race([failed, whole()]);
}

async function drained(reply: { readonly statusCode: number; readonly body: { text(): Promise<string> } }): Promise<number> {
  await reply.body.text();
  return reply.statusCode;
}

async function consumed(reply: { readonly status: number; text(): Promise<string> }): Promise<number> {
  await reply.text();
  return reply.status;
}
