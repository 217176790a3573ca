import type { Readable } from "node:stream";
import { isErrorStatus } from "../contract.js";
import type { NodeRequest, NodeResponse } from "./answer.js";

/** The streams that are piped into a response. */
export interface Sources {
  /** Whether there were any. */
  readonly wereThere: () => boolean;
  /** Whether any of them has more to give. */
  readonly areOpen: () => boolean;
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
    const fail = (reason: unknown) => {
      if (open!.delete(source)) broke(reason);
    };
    const end = () => void forget(source);
    const close = () => fail(source.errored ?? new Error("A stream was closed before its end", unclear));
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
    ignore: () => void response.off("pipe", watch),
  };
}

/** What stream.finished() would have said. */
const unclear = { cause: { code: "ERR_STREAM_PREMATURE_CLOSE" } };

/** Read elsewhere as well, such as by a cache, or fed by somebody who goes on: what many clients listen to. */
function isShared(source: Readable, { statusCode }: NodeResponse): boolean {
  if (source.listenerCount("data") > 0 || (!isErrorStatus(statusCode) && (source as { writable?: boolean }).writable))
    return true;
  const { pipes = [] } = (source as { _readableState?: { pipes?: readonly unknown[] } })._readableState ?? {};
  return pipes.length > 0;
}

function ignore(): void {}
