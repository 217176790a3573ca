// Compiled, not run: one object of options fits every integration, as README says.
import { normalizeUpstream, upstream } from "@fg-errors/core/upstream";
import type { ResponderOptions } from "@fg-errors/core";
import { fgErrors, fgProxy, fgResponses, relay as expressRelay } from "@fg-errors/express";
import { fgErrors as koaErrors, fgProxy as koaProxy, fgResponses as koaUpstream, relay as koaRelay } from "@fg-errors/koa";
import type { Response as ExpressResponse } from "express";
import type { Context } from "koa";

const options: ResponderOptions = { service: "SHOP", relayStatuses: [404], proxyName: "edge", success: "fold", onError() {} };

export const integrations = (response: ExpressResponse, ctx: Context, reply: Response) => [
  fgErrors(options),
  fgProxy(options),
  fgResponses(options),
  expressRelay(response, reply, options),
  koaErrors(options),
  koaProxy(options),
  koaUpstream(options),
  koaRelay(ctx, reply, options),
  upstream(reply, options),
  normalizeUpstream(reply, options),
];
