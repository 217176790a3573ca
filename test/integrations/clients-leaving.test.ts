// A client that leaves takes its request to the upstream along, whatever stands between them.
import { describe, it } from "vitest";
import { calls } from "./call-integrations.js";
import { hosts } from "./integration-hosts.js";
import { intercepted } from "./interceptor-integrations.js";
import { leave, moments, ways, type Moment, type Way } from "./leaving.js";
import { proxies } from "./proxy-integrations.js";

const cases = (Object.keys(moments) as Moment[]).flatMap((moment) =>
  (Object.keys(ways) as Way[]).map((way) => ({ moment, way })),
);

describe.concurrent.each([...proxies, ...intercepted, ...calls])("$name", (integration) => {
  describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
    it.concurrent.each(cases)("takes the request along: $way $moment", ({ moment, way }) =>
      leave(host, integration, moment, way),
    );
    if (host.family === "koa" && !integration.http1Only)
      it.concurrent.each(Object.keys(moments) as Moment[])("takes the request along: HTTP/2 %s", (moment) =>
        leave(host, integration, moment, "HTTP/2"),
      );
  });
});
