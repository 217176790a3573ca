import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { isErrorStatus } from "../contract.js";
import type { NodeRequest, NodeResponse } from "./answer.js";

/** The streams that are piped into a response. */
export interface Sources {
  /** Whether there were any. */
  readonly wereThere: () => boolean;
  /** Whether any of them has more to give. */
  readonly areOpen: () => boolean;
  /** Whether the writer has set an error status for a success that breaks, whose content is still to be read: as koa-proxies does. */
  readonly areGivenUp: () => boolean;
  /** The names of the fields that came with successes which break. */
  readonly brokenFields: () => readonly string[];
  /** Takes no notice of others that are piped from now on. */
  readonly ignore: () => void;
}

/** What they are watched for. */
export interface Watch {
  /** Told before the first of them gives anything. */
  readonly piped: () => void;
  /** Told of one that fails, or closes before its end. */
  readonly broke: (reason: unknown) => void;
}

/** Watches them: pipe() itself tells nobody when one of them breaks, and leaves it open when the response is closed. */
export function watchSources(request: NodeRequest, response: NodeResponse, { piped, broke }: Watch): Sources {
  let open: Map<Readable, () => void> | undefined;
  const successes: Partial<IncomingMessage>[] = [];

  function release() {
    for (const source of open?.keys() ?? []) {
      forget(source);
      source.unpipe?.(response as never);
      if (source !== request && !isShared(source, response)) source.on("error", ignore).destroy?.(); // the request has the client's connection
    }
  }

  function forget(source: Readable): boolean {
    open!.get(source)?.();
    return open!.delete(source);
  }

  function watch(source: Readable) {
    if (open === undefined) {
      response.on("unpipe", leave).once("close", release);
      piped();
    }
    open ??= new Map();
    if (open.has(source)) return;
    if (source !== request && !isErrorStatus(response.statusCode)) successes.push(source as Partial<IncomingMessage>);
    const fail = (reason: unknown) => {
      if (open!.delete(source)) broke(reason);
    };
    const end = () => void forget(source);
    const close = () => fail(source.errored ?? closedEarly());
    source.prependListener("error", fail); // before stream.pipeline() destroys the response, as if the client had left
    source.once("end", end).once("close", close);
    open.set(source, () => source.off("error", fail).off("end", end).off("close", close));
  }

  /** Its writer has changed its mind. pipe() does the same where the response has ended or failed. */
  function leave(source: Readable) {
    if (!response.writableEnded && !response.destroyed) forget(source);
  }

  response.on("pipe", watch);
  return {
    wereThere: () => open !== undefined,
    areOpen: () => open !== undefined && open.size > 0,
    areGivenUp: () => isErrorStatus(response.statusCode) && successes.some(isBroken),
    brokenFields: () => successes.filter(isBroken).flatMap(({ headers }) => Object.keys(headers ?? {})),
    ignore: () => void response.off("pipe", watch),
  };
}

/** What stream.finished() would have said. */
export function closedEarly(): Error {
  return new Error("A stream was closed before its end", { cause: { code: "ERR_STREAM_PREMATURE_CLOSE" } });
}

/** Of node:http's replies, known before they fail: what has come of the content is read first. */
function isBroken({ complete, destroyed, socket }: Partial<IncomingMessage>): boolean {
  return complete === false && (destroyed === true || socket?.destroyed === true);
}

/** Read elsewhere as well, such as by a cache, or fed by somebody who goes on: what many clients listen to. */
function isShared(source: Readable, { statusCode }: NodeResponse): boolean {
  if (source.listenerCount("data") > 0 || (!isErrorStatus(statusCode) && (source as { writable?: boolean }).writable))
    return true;
  const { pipes = [] } = (source as { _readableState?: { pipes?: readonly unknown[] } })._readableState ?? {};
  return pipes.length > 0;
}

function ignore(): void {}
