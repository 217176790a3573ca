import type { ProblemContext as AnyContext, ResponderOptions as AnyOptions } from "@fg-errors/core";
import type { Context, Request, Response } from "koa";

/** Describes the options of `fgErrors()`; all are optional. Hooks get Koa's own request, response and context. */
export type ResponderOptions = AnyOptions<Request, Response, Context>;

/** Describes the context that `onError` and `map` get. */
export type ProblemContext = AnyContext<Request, Response, Context>;
