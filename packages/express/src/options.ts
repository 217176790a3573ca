import type { ProblemContext as AnyContext, ResponderOptions as AnyOptions } from "@fg-errors/core";
import type { Request, Response } from "express";

/** Describes the options of `fgErrors()`; all are optional. Hooks get Express's own request and response. */
export type ResponderOptions = AnyOptions<Request, Response>;

/** Describes the context that `onError` and `map` get. */
export type ProblemContext = AnyContext<Request, Response>;
