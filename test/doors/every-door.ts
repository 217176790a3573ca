// The matrix: every fault through every door on every host.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faults, type Fault, type Upstream } from "../faults/index.js";
import { eventually } from "../patience.js";
import { drive, outcomeOf } from "./drive.js";
import type { Door } from "./door.js";
import { hosts } from "./integration-hosts.js";

/** Declares the tests for these doors. One upstream of each fault serves them all. */
export function everyFaultThrough(doors: readonly Door[]): void {
  const upstreams = new Map<string, Upstream>();
  beforeAll(async () => {
    for (const fault of faults) upstreams.set(fault.name, await fault.start());
  });
  afterAll(async () => {
    try {
      await eventually(() => expect(faults.filter(isHeld).map(({ name }) => name)).toEqual([]));
    } finally {
      await Promise.all([...upstreams.values()].map(({ close }) => close()));
    }
  });

  /** Whether somebody still has a connection, now that all is over. HTTP/2 keeps its sessions. */
  const isHeld = ({ name, protocol }: Fault) => protocol === "http/1.1" && upstreams.get(name)!.connections() > 0;

  describe.concurrent.each(doors)("$name", (door) => {
    describe.each(hosts.filter(({ family }) => door.families.includes(family)))("$name", (host) => {
      const isMet = (fault: Fault) => (fault.protocol === "http/1.1" || door.h2) && outcomeOf(door, fault, host) !== "unheard";
      it.concurrent.each(faults.filter(isMet))("$name", (fault) => drive(host, door, fault, upstreams.get(fault.name)!));
    });
  });
}
