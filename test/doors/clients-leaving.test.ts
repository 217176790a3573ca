// A client that leaves takes its request to the upstream along, whatever stands between them.
import { describe, it } from "vitest";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { held } from "./held.js";
import { leave, moments, ways, type Moment, type Way } from "./leaving.js";
import { proxies } from "./proxies.js";

const cases = (Object.keys(moments) as Moment[]).flatMap((moment) =>
  (Object.keys(ways) as Way[]).map((way) => ({ moment, way })),
);

describe.concurrent.each([...proxies, ...held, ...calls])("$name", (door) => {
  describe.each(hosts.filter(({ family }) => door.families.includes(family)))("$name", (host) => {
    it.concurrent.each(cases)("takes the request along: $way $moment", ({ moment, way }) => leave(host, door, moment, way));
    if (host.family === "koa" && !door.http1Only)
      it.concurrent.each(Object.keys(moments) as Moment[])("takes the request along: HTTP/2 %s", (moment) =>
        leave(host, door, moment, "HTTP/2"),
      );
  });
});
