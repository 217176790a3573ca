import type { ProblemContext as AnyContext, ResponderOptions as AnyOptions } from "@fg-errors/core";
import type { Request, Response } from "express";

/**
 * Describes the options of `fgErrors()`; all are optional. Hooks get Express's own request and response.
 * @example
 * const options: ResponderOptions = { service: "SHOP", map: (problem, { request }) => ({ extensions: { path: request?.path } }) };
 * app.use(fgErrors(options));
 */
export type ResponderOptions = AnyOptions<Request, Response>;

/**
 * Describes the context that `onError` and `map` get.
 * @example
 * const onError = (problem: Problem, { request, requestId }: ProblemContext) => logger.error({ requestId, ip: request?.ip, problem });
 * app.use(fgErrors({ onError }));
 */
export type ProblemContext = AnyContext<Request, Response>;
