import type { IncomingMessage } from "node:http";
import type { Readable } from "node:stream";
import { isErrorStatus } from "../contract/contract.js";
import type { NodeRequest, NodeResponse } from "../node/exchange.js";
import { handleRequestError } from "../reply/reply.js";
import { noop } from "../util/noop.js";

/** Controls the streams that are piped into a response. */
export interface Sources {
  /** Adds a stream. */
  readonly add: (source: Readable) => void;
  /** Whether any stream has not ended yet. */
  readonly areOpen: () => boolean;
  /** Whether the writer has set an error status for a success that breaks, whose content is still to be read: as koa-proxies does. */
  readonly areAbandoned: () => boolean;
  /** Discards all streams: the response is closed. */
  readonly discard: () => void;
  /** Whether a success among them is in a transfer coding that nobody has undone. */
  readonly areCoded: () => boolean;
  /** The names of the fields that came with successes which break. */
  readonly brokenFields: () => readonly string[];
}

/**
 * Watches the streams that are piped into a response: pipe() itself reports to nobody when one of them breaks, and leaves it open when the
 * response is closed.
 * @param broke called for a stream that fails, or closes before its end
 */
export function watchSources(request: NodeRequest, response: NodeResponse, broke: (reason: unknown) => void): Sources {
  const open = new Map<Readable, () => void>();
  const successes: Partial<IncomingMessage>[] = [];

  function add(source: Readable) {
    if (open.has(source)) return;
    if (source !== request && !isErrorStatus(response.statusCode)) successes.push(source as Partial<IncomingMessage>);
    const sourceFailed = (reason: unknown) => {
      if (open.delete(source)) broke(reason);
    };
    const sourceEnded = () => open.delete(source) && source.off("error", sourceFailed); // a later failure does not concern the response
    const sourceClosed = () => open.has(source) && sourceFailed(source.errored ?? closedEarly());
    handleRequestError(source).prependListener("error", sourceFailed); // before stream.pipeline() destroys the response, as if the client had left
    source.on("end", sourceEnded).on("close", sourceClosed);
    open.set(source, () => source.off("error", sourceFailed).off("end", sourceEnded).off("close", sourceClosed));
  }

  function forget(source: Readable): boolean {
    open.get(source)?.();
    return open.delete(source);
  }

  function discard() {
    for (const source of open.keys()) {
      forget(source);
      source.unpipe?.(response as never);
      if (source !== request && !isShared(source, response)) source.on("error", noop).destroy?.(); // the request has the client's connection
    }
  }

  /** Forgets a stream that its writer has unpiped. pipe() unpipes, too, where the response has ended or failed. */
  function unpiped(source: Readable) {
    if (!response.writableEnded && !response.destroyed) forget(source);
  }

  response.on("unpipe", unpiped);
  return {
    add,
    discard,
    areOpen: () => open.size > 0,
    areAbandoned: () => isErrorStatus(response.statusCode) && successes.some(isBroken),
    areCoded: () => successes.some(({ headers }) => !isUndoneCoding(headers?.["transfer-encoding"])),
    brokenFields: () => successes.filter(isBroken).flatMap(({ headers }) => Object.keys(headers ?? {})),
  };
}

/** Creates the error that stream.finished() gives for a stream that closes before its end. */
export function closedEarly(): Error {
  return new Error("A stream was closed before its end", { cause: { code: "ERR_STREAM_PREMATURE_CLOSE" } });
}

/**
 * Whether a Transfer-Encoding says no more than that content comes in chunks, which node:http undoes and makes anew. Some applications write
 * "identity" to have none.
 */
export function isUndoneCoding(field: unknown): boolean {
  return field === undefined || field === "chunked" || /^[ \t]{0,9}(?:chunked|identity)?[ \t]{0,9}$/i.test(String(field));
}

/** Whether a reply of node:http breaks. Its members show it before its "error" event, since the content that has arrived is read first. */
function isBroken({ complete, destroyed, socket }: Partial<IncomingMessage>): boolean {
  return complete === false && (destroyed === true || socket?.destroyed === true);
}

/** Whether a stream has other readers, such as a cache, or a writer that goes on, for many clients that listen. */
function isShared(source: Readable, { statusCode }: NodeResponse): boolean {
  if (source.listenerCount("data") > 0 || (!isErrorStatus(statusCode) && (source as { writable?: boolean }).writable))
    return true;
  const { pipes = [] } = (source as { _readableState?: { pipes?: readonly unknown[] } })._readableState ?? {};
  return pipes.length > 0;
}
