// The matrix: every fault through every integration on every host.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults, type Fault, type Upstream } from "../faults/index.js";
import { eventually } from "../patience.js";
import { drive, outcomeOf } from "./drive.js";
import type { Integration } from "./integration.js";
import { hosts } from "./integration-hosts.js";

/** Declares the tests for these integrations. One upstream of each fault serves them all. */
export function everyFaultThrough(integrations: readonly Integration[]): void {
  const upstreams = new Map<string, Upstream>();
  beforeAll(async () => {
    for (const fault of faults) upstreams.set(fault.name, await fault.start());
  });
  afterAll(async () => {
    try {
      await eventually(() => expect(faults.filter(isConnected).map(({ name }) => name)).toEqual([]));
    } finally {
      await Promise.all([...upstreams.values()].map(({ close }) => close()));
    }
  });

  /** Whether somebody still has a connection, now that all is over. HTTP/2 keeps its sessions. */
  const isConnected = ({ name, protocol }: Fault) => protocol === "http/1.1" && upstreams.get(name)!.connections() > 0;

  describe.concurrent.each(integrations)("$name", (integration) => {
    describe.each(hosts.filter(({ family }) => integration.families.includes(family)))("$name", (host) => {
      const isMet = (fault: Fault) =>
        (fault.protocol === "http/1.1" || integration.h2) && outcomeOf(integration, fault, host) !== "unreported";
      it.concurrent.each(faults.filter(isMet))("$name", (fault) => drive(host, integration, fault, upstreams.get(fault.name)!));
    });
  });
}
