// A client that leaves during its upload is a routine 499, whichever client passes the content on and whatever it calls the failure.
import { describe, it } from "vitest";
import { hosts } from "./integration-hosts.js";
import { leave, ways, type Way } from "./leaving.js";
import { uploading } from "./uploading-integrations.js";

describe.concurrent.each(uploading)("$name", (integration) => {
  describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
    const isNoticed = !integration.isSilent;
    it.concurrent.each(Object.keys(ways) as Way[])("%s", (way) => leave(host, integration, "during an upload", way, isNoticed));
    if (host.family === "koa" && !integration.http1Only && !integration.ignoresHttp2)
      it.concurrent("HTTP/2", () => leave(host, integration, "during an upload", "HTTP/2", isNoticed));
  });
});
