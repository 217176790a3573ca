// Documented rows that lack a field which HTTP demands of their status: a 401 its challenge, a 405 its methods.
import { describe, expect, it } from "vitest";
import { assertContract } from "../assert-contract.js";
import { calls } from "../integrations/call-integrations.js";
import { hosts } from "../integrations/integration-hosts.js";
import { intercepted } from "../integrations/interceptor-integrations.js";
import { proxies } from "../integrations/proxy-integrations.js";
import { exchange, parseAnswer, request } from "../wire.js";
import { behind, expectNoSecret, rows } from "./folds-gateway.js";

const integrations = [...calls, ...proxies, ...intercepted];
const refused = rows.filter(({ status }) => status === 401);

describe.each(integrations.filter(({ name }) => name.startsWith("upstream(")))("$name", (integration) => {
  describe.each(hosts)("$name", (host) => {
    it("makes a 502 of every 401, which concerns this gateway's own credentials", async () => {
      expect(new Set(refused.map(({ code }) => code)).size).toBe(14); // two FSS, eleven APIG and one that is no code
      await behind(host, integration, {}, async ({ answers }) => {
        for (const [row, answer] of await answers(refused)) {
          expect(assertContract(answer), row.message).toMatchObject({ status: 502, error_code: "FSS.0502" });
          expect(answer.text).not.toContain(row.message);
          expect(answer.headers.has("www-authenticate")).toBe(false);
          expectNoSecret(answer);
        }
      });
    });

    it("passes them on where that is asked for", async () => {
      await behind(host, integration, { relayStatuses: [401], challenge: "AppCode" }, async ({ answers }) => {
        for (const [row, answer] of await answers(refused)) {
          expect(assertContract(answer)).toMatchObject({ status: 401, error_code: row.code, detail: row.message });
          expect(answer.headers.get("www-authenticate")).toBe("AppCode");
        }
      });
    });
  });
});

/** They arrive as a 405 that has no Allow, which RFC 9110 section 15.5.6 demands. */
describe.each(["APIG.0501", "APIG.0502"])("the quota code %s", (code) => {
  const index = rows.findIndex((row) => row.code === code);

  describe.each(integrations)("$name", (integration) => {
    it.concurrent.each(hosts.filter(({ family }) => integration.families.includes(family)))(
      "has an empty Allow on $name",
      (host) =>
        behind(host, integration, { relayStatuses: [405] }, async ({ port }) => {
          const bytes = await exchange(port, request(`GET /${index}`));
          expect(bytes).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/);
          expect(bytes.match(/^allow:.*$/gim)).toEqual(["allow: "]);
          expect(assertContract(parseAnswer(bytes))).toMatchObject({ error_code: code, detail: `Said of ${code}` });
          expect(bytes).not.toContain("s3cr3t");
        }),
    );
  });
});
