// What a listener answers over HTTP/2, in the form of an answer over HTTP/1.
import { once } from "node:events";
import { connect, createServer, type IncomingHttpHeaders } from "node:http2";
import type { AddressInfo } from "node:net";
import { patience } from "../patience.js";
import type { Answer } from "../wire.js";
import type { Listener } from "./interceptor-gateways.js";

/** Asks for all paths at once, over one session. A stream that is reset before its head has the status NaN. */
export function overHttp2(listener: Listener, paths: readonly string[], method = "GET"): Promise<Answer[]> {
  return withHttp2Server(listener, (port) => askHttp2(port, paths, method));
}

/** Runs `visit` against a server of `listener`'s, and closes it whatever happens. */
export async function withHttp2Server<R>(listener: Listener, visit: (port: number) => Promise<R>): Promise<R> {
  const server = createServer(listener as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await visit((server.address() as AddressInfo).port);
  } finally {
    server.close();
  }
}

/** Asks as `overHttp2()` does, in a session of its own. */
export async function askHttp2(port: number, paths: readonly string[], method = "GET"): Promise<Answer[]> {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    return await Promise.all(
      paths.map(async (path) => {
        const stream = session.request({ ":path": path, ":method": method }).setEncoding("utf8");
        let [head, text]: [IncomingHttpHeaders, string] = [{}, ""];
        stream.on("response", (received) => (head = received)).on("data", (chunk: string) => (text += chunk));
        stream.setTimeout(patience, () => stream.close());
        await new Promise((close) => void stream.on("error", () => {}).once("close", close));
        const received = Object.entries(head).filter(([name]) => !name.startsWith(":"));
        return { status: Number(head[":status"]), headers: new Headers(received as [string, string][]), text };
      }),
    );
  } finally {
    session.destroy();
  }
}
