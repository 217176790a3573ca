// Clients that ask for a WebSocket and leave, through every library that fgProxy() is made for: nothing stays open on either side.
import { once } from "node:events";
import type { ClientRequest, Server } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { assertContract } from "../assert-contract.js";
import { eventually } from "../patience.js";
import { exchange, parseAnswer, request, withServer } from "../wire.js";
import { behind, libraries } from "./proxy-libraries.js";

const upgrade = request("GET /chat", {
  Connection: "Upgrade",
  Upgrade: "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
});

const switching = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
const frame = Buffer.from("\x81\x85\0\0\0\0hello", "latin1");

const ways: Readonly<Record<string, (socket: Socket) => unknown>> = {
  FIN: (socket) => socket.end(),
  RST: (socket) => socket.resetAndDestroy(),
};

/** What the client has sent, and the upstream replied, when the client leaves. */
const moments: Readonly<Record<string, { readonly sent?: Buffer; readonly reply?: string }>> = {
  "before the answer": {},
  "before the answer, after a frame of the client": { sent: frame },
  "amid an error's content": { reply: "HTTP/1.1 403 Forbidden\r\nContent-Length: 1000\r\n\r\nsome octets" },
  "after the 101": { reply: switching },
  "after the 101, after a frame of the client": { reply: switching, sent: frame },
};

/** An upstream, and its connections on which something has arrived. */
function replying(reply = "", allowHalfOpen = false) {
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen }, (socket) => {
    socket.on("error", () => {}).on("close", () => open.delete(socket));
    socket.once("data", () => (open.add(socket), socket.write(reply))).resume();
  });
  return { server: server as unknown as Server, open };
}

describe.each(libraries)("$name", { concurrent: true }, (library) => {
  const cases = Object.keys(moments).flatMap((moment) => Object.keys(ways).map((way) => ({ moment, way })));
  it.each(cases)("keeps nothing open for a client that leaves by $way $moment", async ({ moment, way }) => {
    const { sent, reply } = moments[moment]!;
    const { server, open } = replying(reply);
    const onError = vi.fn();
    await withServer(server, (upstreamPort) =>
      behind(library, upstreamPort, { options: { onError } }, async (port, gateway) => {
        const client = connect(port, "127.0.0.1", () => client.write(upgrade)).on("error", () => {});
        await eventually(() => expect(open.size).toBe(1));
        if (reply === switching) await once(client, "data");
        if (sent) await new Promise((resolve) => client.write(sent, resolve));
        ways[way]!(client.resume());
        await eventually(() => expect(open.size).toBe(0));
        const count = () => new Promise((resolve) => gateway.getConnections((_error, connections) => resolve(connections)));
        await eventually(async () => expect(await count()).toBe(0));
      }),
    );
    expect(onError.mock.calls.filter(([{ upstreamStatus }]) => !upstreamStatus)).toEqual([]);
  });

  it("waits no longer than two seconds for an upstream that goes on when its client has ended", async () => {
    const { server } = replying(switching, true);
    const closed = new Promise((resolve) => {
      const proxyReqWs = (outgoing: ClientRequest) => outgoing.once("upgrade", (_reply, socket) => socket.once("close", resolve));
      void withServer(server, (upstreamPort) =>
        behind(library, upstreamPort, { handlers: { proxyReqWs } }, async (port) => {
          const client = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => client.write(upgrade));
          await once(client, "data");
          client.end();
          await once(client.resume(), "end");
          await closed;
        }),
      ).catch(resolve);
    });
    expect(await closed).toBe(false); // without an error
  });

  it("refuses a client that sends too much before the answer, and keeps nothing open", async () => {
    const { server, open } = replying();
    const bytes = await withServer(server, (upstreamPort) =>
      behind(library, upstreamPort, {}, async (port) => {
        const answer = await exchange(port, upgrade + "x".repeat(300_000));
        await eventually(() => expect(open.size).toBe(0));
        return answer;
      }),
    );
    expect(assertContract(parseAnswer(bytes))).toMatchObject({ status: 400 });
  });

  it("hands on what the client has said before the answer", async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.once("data", () => {
        socket.on("data", (chunk) => received.push(chunk));
        setTimeout(() => socket.write(switching), 50); // once the gateway has the frames
      });
      socket.on("error", () => {});
    });
    await withServer(server as unknown as Server, (upstreamPort) =>
      behind(library, upstreamPort, {}, async (port) => {
        const client = connect(port, "127.0.0.1", () => client.write(upgrade, () => client.write(frame)));
        await once(client, "data");
        client.write(frame);
        await eventually(() => expect(Buffer.concat(received).equals(Buffer.concat([frame, frame]))).toBe(true));
        client.destroy();
      }),
    );
  });
});
