import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { isErrorStatus } from "../contract/contract.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { handleRequestError } from "../reply/reply.js";

/** The streams that are piped into a response. */
export interface Sources {
  /** One more of them. */
  readonly add: (source: Readable) => void;
  /** Whether any of them has more to give. */
  readonly areOpen: () => boolean;
  /** Whether the writer has set an error status for a success that breaks, whose content is still to be read: as koa-proxies does. */
  readonly areGivenUp: () => boolean;
  /** Lets go of them all: the response is closed. */
  readonly release: () => void;
  /** The names of the fields that came with successes which break. */
  readonly brokenFields: () => readonly string[];
}

/**
 * Watches them: pipe() itself tells nobody when one of them breaks, and leaves it open when the response is closed.
 * @param broke told of one that fails, or closes before its end
 */
export function watchSources(request: NodeRequest, response: NodeResponse, broke: (reason: unknown) => void): Sources {
  const open = new Map<Readable, () => void>();
  const successes: Partial<IncomingMessage>[] = [];

  function add(source: Readable) {
    if (open.has(source)) return;
    if (source !== request && !isErrorStatus(response.statusCode)) successes.push(source as Partial<IncomingMessage>);
    const fail = (reason: unknown) => {
      if (open.delete(source)) broke(reason);
    };
    const end = () => open.delete(source) && source.off("error", fail); // what it may fail with now is no business of ours
    const close = () => open.has(source) && fail(source.errored ?? closedEarly());
    handleRequestError(source).prependListener("error", fail); // before stream.pipeline() destroys the response, as if the client had left
    source.on("end", end).on("close", close);
    open.set(source, () => source.off("error", fail).off("end", end).off("close", close));
  }

  function forget(source: Readable): boolean {
    open.get(source)?.();
    return open.delete(source);
  }

  function release() {
    for (const source of open.keys()) {
      forget(source);
      source.unpipe?.(response as never);
      if (source !== request && !isShared(source, response)) source.on("error", ignore).destroy?.(); // the request has the client's connection
    }
  }

  /** Its writer has changed its mind. pipe() does the same where the response has ended or failed. */
  function leave(source: Readable) {
    if (!response.writableEnded && !response.destroyed) forget(source);
  }

  response.on("unpipe", leave);
  return {
    add,
    release,
    areOpen: () => open.size > 0,
    areGivenUp: () => isErrorStatus(response.statusCode) && successes.some(isBroken),
    brokenFields: () => successes.filter(isBroken).flatMap(({ headers }) => Object.keys(headers ?? {})),
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
