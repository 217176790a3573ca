import { createProblem, isString, maxDelay, type Problem } from "./problem.js";

/**
 * Describes the limits of what is read.
 * @example
 * const limits: ReadOptions = { timeout: 1000, limit: 16_384 };
 * const problem = await readProblem(response, limits);
 */
export interface ReadOptions {
  /** Milliseconds after which a body that has not ended is cancelled. Default 5000. */
  readonly timeout?: number;
  /** Octets of a body at most: a longer one is cancelled. Default 65536. */
  readonly limit?: number;
}

/**
 * Reads what an error response of fetch says. It never rejects. A body that is no JSON object in UTF-8, is used already, stalls, or is
 * too long counts as none: the problem then has what the head says.
 * @returns the problem, or undefined where the status is below 400; the body of such a response is not touched
 * @example
 * const response = await fetch("/orders");
 * const problem = await readProblem(response);
 * if (problem) throw new Error(`${problem.detail} (${problem.requestId})`);
 */
export function readProblem(response: Response, options?: ReadOptions): Promise<Problem | undefined> {
  return problemFrom({ response }, options);
}

/**
 * Reads what an HTTP client throws for an error response: axios, got, ky, ofetch, superagent, undici, wretch. It never rejects. A body
 * that the client has not read is read as by `readProblem()`; a stream of Node is left alone.
 * @param error what was thrown; or `{ status, headers, body }`, where a response has another form
 * @returns the problem, or undefined where there was no error response, such as when the network failed
 * @example
 * const problem = await problemFrom(error);
 * if (problem?.status === 401) signIn();
 */
export async function problemFrom(error: unknown, options?: ReadOptions): Promise<Problem | undefined> {
  try {
    const thrown = error as Loose;
    const response: Loose = thrown["response"] ?? (thrown["headers"] ? thrown : {}); // an error may have a status that nobody sent
    const status = response["status"] ?? response["statusCode"];
    if (typeof status !== "number" || !(status >= 400)) return undefined;
    const text = [thrown["text"], response["text"]].find(isString); // of wretch and superagent; a method of a Response
    const content = ownData(thrown) ?? ownData(response) ?? text ?? response["body"];
    return createProblem(status, response["headers"], await readMembers(content, options).catch(() => ({})));
  } catch {
    return undefined; // no object, or one whose members throw
  }
}

type Loose = Record<string, any>;

/** Gives what a client has read already: `data` of an error or a response. A getter of node-fetch only warns. */
const ownData = (value: Loose) => (Object.hasOwn(value, "data") ? value["data"] : undefined);

/** Gives the members of a body: parsed, text, octets in any form, or a stream of them. */
async function readMembers(content: any, options?: ReadOptions): Promise<Record<string, unknown>> {
  if (content == null || Array.isArray(content) || typeof content.pipe === "function") return {};
  if (isObject(content)) return content;
  const value = JSON.parse(isString(content) ? content : await readStream(streamOf(content), options));
  return isObject(value) ? value : {};
}

/** Whether a value is a plain object, in any realm: no array, no octets, no stream. */
const isObject = (value: unknown): value is Record<string, unknown> => ({}).toString.call(value) === "[object Object]";

const streamOf = (content: any): ReadableStream<Uint8Array> => (content.getReader ? content : new Response(content).body!);

/** Reads a stream within the limits, and cancels it. Past them it gives "". */
async function readStream(
  stream: ReadableStream<Uint8Array>,
  { timeout = 5000, limit = 65_536 }: ReadOptions = {},
): Promise<string> {
  const reader = stream.getReader();
  let timer: any;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(resolve, Math.min(timeout, maxDelay), "");
    timer.unref?.(); // Node's: a process may end before
  });
  try {
    return await Promise.race([decode(reader, limit), late]);
  } finally {
    clearTimeout(timer);
    reader.cancel().catch(() => {});
  }
}

async function decode(reader: ReadableStreamDefaultReader<Uint8Array>, left: number): Promise<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true }); // another charset is not JSON (RFC 8259 section 8.1)
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    left -= value.length || 1; // an endless stream of empty chunks would let no timer fire
    if (!(left >= 0)) return "";
    text += decoder.decode(value, { stream: true });
  }
}
