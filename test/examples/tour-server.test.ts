// The server of the tour's page: whom it answers, what it says of a case, and what it has heard.
import { spawn, spawnSync } from "node:child_process";
import { createServer, request as send, type IncomingHttpHeaders } from "node:http";
import { describe, expect, it } from "vitest";
import { curl, describeCase, type Case } from "../../examples/tour/page/case.js";
import { createPage } from "../../examples/tour/page/server.js";
import { createRecorder } from "../../examples/tour/recorder.js";
import { integrationOf, visits, type Visit } from "../../examples/tour/visits.js";
import { withServer } from "../wire.js";

const visit: Visit = { gateway: "express", method: "GET", path: "/shop/nowhere", wrong: "no such page", status: 404 };
const answer = (members: object = {}) => ({ status: 404, headers: {}, text: "", cut: false, late: false, ms: 3, ...members });
const addresses = { express: "http://127.0.0.1:1", koa: "http://127.0.0.1:2" };
const described = (members: object = {}, of: Visit = visit): Case =>
  describeCase(
    { visit: of, without: answer(members), answer: answer(), problem: undefined, heard: [] },
    { plain: addresses, gateways: addresses },
  );

const isWithoutCurl = spawnSync("curl", ["--version"]).error !== undefined && process.env["CI"] !== "true";
if (isWithoutCurl) console.warn("curl is missing, so its test is skipped: apt-get install curl");

const ask = (port: number, path: string, method = "GET", headers: Record<string, string> = {}) =>
  new Promise<{ status: number | undefined; headers: IncomingHttpHeaders; body: string }>((resolve, reject) => {
    send({ port, host: "127.0.0.1", path, method, headers }, (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (part) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    })
      .on("error", reject)
      .end();
  });

describe("the page's server", () => {
  it("sends its files and the cases under a strict policy", async () => {
    await withServer(
      createPage([described()], () => Promise.reject(new Error("not asked"))),
      async (port) => {
        for (const [path, type] of [
          ["/", "text/html; charset=utf-8"],
          ["/page.css", "text/css; charset=utf-8"],
          ["/page.js", "text/javascript; charset=utf-8"],
          ["/cases", "application/json; charset=utf-8"],
        ] as const) {
          const { status, headers } = await ask(port, path);
          expect([status, headers["content-type"]]).toEqual([200, type]);
          expect(headers["content-security-policy"]).toMatch(
            /^default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';/,
          );
        }
      },
    );
  });

  it("runs a case anew for its own page, once at a time, and keeps the answer", async () => {
    let runs = 0;
    const cases = [described(), described()];
    const page = createPage(cases, async (index) => {
      runs++;
      await new Promise(setImmediate);
      return { ...described(), wrong: `run ${index}` };
    });
    await withServer(page, async (port) => {
      for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
        const headers = { host, origin: `http://${host}` };
        const { status, body } = await ask(port, "/cases/1/run", "POST", headers);
        expect([status, (JSON.parse(body) as Case).wrong]).toEqual([200, "run 1"]);
      }
      expect(runs).toBe(2);
      expect((JSON.parse((await ask(port, "/cases")).body) as Case[])[1]!.wrong).toBe("run 1");
      for (const index of ["2", "-1", "1.0", "x", "__proto__"])
        expect((await ask(port, `/cases/${index}/run`, "POST", { origin: `http://127.0.0.1:${port}` })).status).toBe(404);
      expect(runs).toBe(2);
    });
  });

  it("answers no other name and no other origin, and runs nothing for them", async () => {
    let runs = 0;
    const page = createPage([described()], () => Promise.resolve((runs++, described())));
    await withServer(page, async (port) => {
      const own = `127.0.0.1:${port}`;
      for (const host of ["evil.example", `evil.example:${port}`, "127.0.0.1", `127.0.0.1:${port + 1}`])
        for (const path of ["/", "/cases"]) expect((await ask(port, path, "GET", { host })).status, host).toBe(403);
      for (const origin of [
        "",
        "null",
        "http://evil.example",
        `https://${own}`,
        `http://localhost:${port}`,
        `http://${own}.evil.example`,
      ]) {
        const { status, body } = await ask(port, "/cases/0/run", "POST", { host: own, ...(origin && { origin }) });
        expect([origin, status, JSON.parse(body)]).toMatchObject([origin, 403, { status: 403, error_code: "FSS.0403" }]);
      }
      expect((await ask(port, "/cases/0/run")).status).toBe(405);
      expect(runs).toBe(0);
    });
  });

  it("says that a case could not be run", async () => {
    const page = createPage([described()], () => Promise.reject(new Error("secret")));
    await withServer(page, async (port) => {
      const { status, body } = await ask(port, "/cases/0/run", "POST", { origin: `http://127.0.0.1:${port}` });
      expect([status, body.includes("secret")]).toEqual([500, false]);
    });
  });
});

describe("a case", () => {
  it("has an integration, and one of each is visited", () => {
    expect(new Set(visits.map(integrationOf))).toEqual(
      new Set([
        "Express: fgProxy()",
        "Express: fgResponses()",
        "Express: upstream()",
        "Express: fgErrors()",
        "Koa: relay()",
        "Koa: fgErrors()",
        "Server: guardServer()",
      ]),
    );
  });

  it("has a limit for each text", () => {
    const { without, fields } = described(
      { text: "x".repeat(50_000), headers: { a: "y".repeat(50_000) } },
      visits.find(({ path }) => path === "/large")!,
    );
    expect([without.body.length, without.headers[0]![1].length, fields[0]![1].length].every((length) => length < 20_100)).toBe(
      true,
    );
    expect(without.body).toMatch(/x… \(50000 characters\)$/);
  });

  it.skipIf(isWithoutCurl)("has a curl line that sends the same request", async () => {
    const seen: object[] = [];
    const server = createServer({ maxHeaderSize: 200_000, requireHostHeader: false }, (request, response) => {
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        seen.push({ method: request.method, url: request.url, headers: request.headers, body });
        response.end();
      });
    });
    server.on("checkExpectation", (request, response) => server.emit("request", request, response));
    await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
    try {
      const origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
      const quoted: Visit = { ...visit, path: "/it's", headers: { "x-name": "it's $HOME `id`" } };
      const special = [
        ...visits.filter(({ method, headers, body, setHost }) => method !== "GET" || headers || body || setHost === false),
        quoted,
      ];
      for (const each of special)
        await new Promise((resolve) => spawn("sh", ["-c", curl(origin, each)], { stdio: "ignore" }).on("close", resolve));
      expect(seen).toHaveLength(special.length);
      special.forEach(({ method, path, headers = {}, body = "", setHost }, at) => {
        expect(seen[at]).toMatchObject({ method, url: path, headers, body });
        expect("host" in (seen[at] as { headers: object }).headers).toBe(setHost !== false);
      });
    } finally {
      server.close();
    }
  });
});

describe("what onError heard", () => {
  const problem = (cause: unknown) => ({ status: 502, code: "FSS.0502", detail: "d".repeat(600), cause }) as never;
  const context = (requestId: string) => ({ requestId, method: "GET", instance: "/shop/nowhere" }) as never;
  const withId = (id: string) => answer({ headers: { "x-request-id": id } });

  it("is found by the answer's request id, once", () => {
    const { onError, take } = createRecorder();
    onError(problem(new Error("no reply", { cause: new Error("refused") })), context("a"));
    onError(problem("text"), context("b"));
    expect(take(visit, withId("c"))).toEqual([]);
    expect(take(visit, withId("a"))).toEqual([
      { status: 502, code: "FSS.0502", detail: "d".repeat(500), cause: "no reply: refused" },
    ]);
    expect(take(visit, withId("a"))).toEqual([]);
    expect(take(visit, withId("b"))[0]!.cause).toBeUndefined();
  });

  it("is found by the request where the transfer was cut", () => {
    const { onError, take } = createRecorder();
    onError(problem(undefined), context("a"));
    expect(take({ ...visit, path: "/other" }, answer({ cut: true }))).toEqual([]);
    expect(take(visit, answer())).toEqual([]);
    expect(take(visit, answer({ cut: true }))).toHaveLength(1);
  });

  it("is forgotten where nobody asks", () => {
    const { onError, take } = createRecorder();
    for (let id = 0; id <= 200; id++) onError(problem(undefined), context(`${id}`));
    expect([take(visit, withId("0")).length, take(visit, withId("1")).length]).toEqual([0, 1]);
  });
});
