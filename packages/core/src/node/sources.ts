import type { Readable } from "node:stream";
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
  let open: Set<Readable> | undefined;

  function release() {
    for (const source of open ?? []) {
      open!.delete(source);
      source.unpipe?.(response as never);
      if (source !== request && !isRead(source)) source.on("error", ignore).destroy?.(); // the request has the client's connection
    }
  }

  function watch(source: Readable) {
    if (open === undefined) {
      response.once("close", release);
      piped();
    }
    open ??= new Set();
    open.add(source);
    const fail = (reason: unknown) => {
      if (open!.delete(source)) broke(reason);
    };
    source.prependListener("error", fail); // before stream.pipeline() destroys the response, as if the client had left
    source.once("end", () => open!.delete(source));
    source.once("close", () => fail(source.errored ?? new Error("A stream was closed before its end", unclear)));
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

/** Piped to somewhere else as well, such as a cache. */
function isRead(source: Readable): boolean {
  const { pipes = [] } = (source as { _readableState?: { pipes?: readonly unknown[] } })._readableState ?? {};
  return pipes.length > 0;
}

function ignore(): void {}
