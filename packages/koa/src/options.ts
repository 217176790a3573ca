import type { ProblemContext as AnyContext, ResponderOptions as AnyOptions } from "@fg-errors/core";
import type { Context, Request, Response } from "koa";

/**
 * Describes the options of `fgErrors()`; all are optional. Hooks get Koa's own request, response and context.
 * @example
 * const options: ResponderOptions = { service: "SHOP", onError: (problem, { ctx }) => logger.error({ user: ctx?.state["user"], problem }) };
 * app.use(fgErrors(options));
 */
export type ResponderOptions = AnyOptions<Request, Response, Context>;

/**
 * Describes the context that `onError` and `map` get.
 * @example
 * const onError = (problem: Problem, { ctx, requestId }: ProblemContext) => logger.error({ requestId, ip: ctx?.ip, problem });
 * app.use(fgErrors({ onError }));
 */
export type ProblemContext = AnyContext<Request, Response, Context>;
