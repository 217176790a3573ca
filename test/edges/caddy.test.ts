// The contract in Caddy: its own errors, and those of upstreams that know nothing of the contract.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { extendContract, functionGraph, type Contract } from "@fg-errors/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formats } from "../../packages/contract/src/formats/formats.js";
import { block, read } from "../docs/markdown.js";
import { run } from "../published/command.js";
import { removedFields } from "../../packages/contract/src/edges/edge-answers.js";
import { closedPort, exchange, parseAnswer, request } from "../wire.js";
import { coreBody, unusualContract } from "./edge-cases.js";
import { describeReplies } from "./edge-suite.js";
import { assertEdge, errorPage, replyWith, stallAfter, startEdgeUpstream, type EdgeUpstream } from "./edge-upstream.js";
import { freePorts, requireProgram, startProgram, type Program } from "./programs.js";

const caddy = requireProgram("caddy", "caddy");

const exported = (contract: Contract) => formats["caddy"]!(contract, { openapi: "3.1" });

const longTexts = extendContract(unusualContract, { 451: { title: "Unavailable", description: "很".repeat(999) } });

const ownStatuses: readonly (readonly [thrown: number, status: number])[] = [
  ...[400, 401, 403, 404, 405, 406, 407, 408, 409, 500, 501, 502, 503, 504].map((status): [number, number] => [status, status]),
  [402, 403],
  [410, 404],
  [413, 400],
  [421, 400],
  [423, 409],
  [429, 503],
  [451, 403],
  [499, 408],
  [505, 501],
  [507, 503],
  [508, 500],
  [599, 500],
];

interface Ports {
  readonly web: number;
  readonly unusual: number;
  readonly up: number;
  readonly down: number;
}

const denyLines = (status: number) => `	handle /deny/${status} {
		error ${status}
	}`;

const configuration = ({ web, unusual, up, down }: Ports, folder: string) => `{
	admin off
	auto_https off
	storage file_system ${folder}/data
	log {
		level ERROR
		exclude http.log.error
	}
	servers {
		protocols h1 h2 h2c
	}
}

import fg-errors.caddy
import fg-unusual.caddy

http://:${web} {
	bind 127.0.0.1
	import fg-errors
${ownStatuses.map(([thrown]) => denyLines(thrown)).join("\n")}
	header /deny/* {
${removedFields.map((name) => `		${name} s3cr3t`).join("\n")}
	}
	basicauth /auth {
		someone JDJhJDE0JEFRS2t1Y2l4V2RJd0Q5U1BXQnRPTi5VUGRjNW5HbzlZMmZHYjBDTzFMNlB6UzBPTS9jUG9h
	}
	handle /files/* {
		root * ${folder}
		file_server
	}
	handle /return {
		respond teapot 418
	}
	handle /down/* {
		reverse_proxy 127.0.0.1:${down} {
			import fg-relay
		}
	}
	handle /slow/* {
		reverse_proxy 127.0.0.1:${up} {
			import fg-relay
			transport http {
				response_header_timeout 50ms
			}
		}
	}
	handle /none/* {
		reverse_proxy {
			import fg-relay
		}
	}
	handle /limited/* {
		request_body {
			max_size 4
		}
		reverse_proxy 127.0.0.1:${up} {
			import fg-relay
		}
	}
	handle /bare/* {
		reverse_proxy 127.0.0.1:${up}
	}
	handle {
		reverse_proxy 127.0.0.1:${up} {
			import fg-relay
		}
	}
}

http://:${unusual} {
	bind 127.0.0.1
	import unusual-errors
${[408, 410, 429].map(denyLines).join("\n")}
	handle {
		reverse_proxy 127.0.0.1:${up} {
			import unusual-relay
		}
	}
}
`;

describe.skipIf(caddy.isSkipped)("Caddy", () => {
  let folder: string;
  let upstream: EdgeUpstream;
  let program: Program;
  let ports: Ports;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fg-errors-caddy-"));
    upstream = await startEdgeUpstream();
    const [web, unusual] = (await freePorts(2)) as [number, number];
    ports = { web, unusual, up: upstream.port, down: await closedPort() };
    const files = {
      "fg-errors.caddy": exported(functionGraph),
      "fg-unusual.caddy": exported(longTexts).replace(/(\(|import )fg-/g, "$1unusual-"),
      Caddyfile: configuration(ports, folder),
      "files/a.txt": "a file",
    };
    await mkdir(join(folder, "files"));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    const homes = { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder };
    program = await startProgram(caddy.path, ["run", "--config", join(folder, "Caddyfile")], [web, unusual], homes);
  });

  afterAll(async () => {
    await program?.stop();
    await upstream?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = (line: string, fields: Readonly<Record<string, string>> = {}, body = "") =>
    exchange(ports.web, request(line, fields, body));

  it("reads the configuration in the documentation, and the exported one as it would format it", async () => {
    await writeFile(join(folder, "documented"), block(read("docs/edge.md"), "example: caddy"));
    const adapted = await run(caddy.path, ["adapt", "--adapter", "caddyfile", "--config", join(folder, "documented")]);
    expect(adapted.code, adapted.stderr).toBe(0);
    expect((await run(caddy.path, ["fmt", join(folder, "fg-errors.caddy")])).stdout).toBe(exported(functionGraph));
  });

  describe("its own errors", () => {
    it.each(ownStatuses)("answers for an error %i with %i", async (thrown, status) => {
      const answer = await ask(`GET /deny/${thrown}?token=s3cr3t`, { "X-Request-Id": "a1b2c3" });
      const body = await assertEdge(answer, { status, members: { instance: `/deny/${thrown}`, request_id: "a1b2c3" } });
      expect(body).toMatchObject(coreBody(functionGraph, status));
    });

    it.each([
      ["GET /down/orders", 502],
      ["GET /slow/orders", 504],
      ["GET /none/orders", 503],
      ["GET /files/missing.html", 404],
      ["GET /files/", 404],
    ])("answers for %s", async (line, status) => {
      await assertEdge(await ask(line, stallAfter("")), { status, members: { instance: line.slice(4) } });
    });

    it("answers for content that is too large", async () => {
      await assertEdge(await ask("POST /limited/orders", stallAfter(""), "too much"), {
        status: 400,
        members: { instance: "/limited/orders" },
      });
    });

    it("keeps the challenge of its own authentication", async () => {
      await assertEdge(await ask("GET /auth"), { status: 401, headers: { "WWW-Authenticate": 'Basic realm="restricted"' } });
    });
  });

  describeReplies({
    ask,
    unusual: (...args) => exchange(ports.unusual, request(...args)),
    ports: () => ({ web: ports.web, h2: ports.web }),
    heads: () => upstream.heads,
    down: 502,
    longestPath: 1000,
    tolerated: ["a field name with a blank", "a head that is too large"],
  });

  describe("limits: a version without them is welcome, and changes the header comment", () => {
    it.each([
      ["no HTTP", "hello\r\n\r\n", 400],
      ["no Host", "GET / HTTP/1.1\r\n\r\n", 400],
      ["a field name with a blank", "GET / HTTP/1.1\r\nHost: a\r\nbad name: 1\r\n\r\n", 400],
      ["two lengths", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", 400],
      ["an unknown coding", "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501],
      ["an unknown version", "GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505],
      ["an unknown Expect", "GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n", 417],
    ])("a request with %s gets an answer of Go's", async (_name, octets, status) => {
      const answer = parseAnswer(await exchange(ports.web, octets));
      expect([answer.status, answer.headers.get("x-request-id")]).toEqual([status, null]);
    });

    it("a reply that breaks off is ended as if it were complete, with and without the snippet", async () => {
      const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nfine\r\n9\r\nx";
      for (const path of ["/", "/bare/"]) expect(await ask(`GET ${path}`, replyWith(chunked))).toMatch(/\r\n0\r\n\r\n$/);
    });

    it("a reply with a length that breaks off is cut", async () => {
      const answer = await ask("GET /", replyWith("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfine"));
      expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nfine$/s);
    });

    it("a field name with a blank in a reply passes", async () => {
      const octets = "HTTP/1.1 200 OK\r\nbad name: 1\r\nContent-Length: 4\r\n\r\nfine";
      expect(parseAnswer(await ask("GET /", replyWith(octets)))).toMatchObject({ status: 200, text: "fine" });
    });

    it("a wrong Range of a file keeps its content", async () => {
      const answer = parseAnswer(await ask("GET /files/a.txt", { Range: "bytes=99-" }));
      expect([answer.status, answer.headers.get("content-type")]).toEqual([416, "text/plain; charset=utf-8"]);
    });

    it("respond keeps its content", async () => {
      expect(parseAnswer(await ask("GET /return"))).toMatchObject({ status: 418, text: "teapot" });
    });

    it("a problem of another service passes", async () => {
      const content = '{"title":"theirs"}';
      const octets = `HTTP/1.1 404 OK\r\nContent-Type: application/problem+json\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
      expect(parseAnswer(await ask("GET /", replyWith(octets)))).toMatchObject({ status: 404, text: content });
    });

    it("a long answer is sent in chunks", async () => {
      const answer = await exchange(ports.unusual, request("GET /", replyWith(errorPage(451))));
      expect(answer).toMatch(/^HTTP\/1\.1 451 .*\r\nTransfer-Encoding: chunked\r\n/s);
    });
  });
});
