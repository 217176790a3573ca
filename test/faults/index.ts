import { connecting } from "./connecting.js";
import type { Fault } from "./fault.js";
import { http1 } from "./http1.js";
import { http2 } from "./h2.js";
import { tls } from "./tls.js";

export type { Fault, Upstream } from "./fault.js";

/** Every fault that an upstream can have, each to be driven through every integration that can meet it. */
export const faults: readonly Fault[] = [...connecting, ...tls, ...http1, ...http2];
