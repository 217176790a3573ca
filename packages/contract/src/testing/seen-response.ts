/** Describes what is judged of a response. */
export interface SeenResponse {
  readonly status: number;
  /** Fields by lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  /** Content as text. */
  readonly text: string;
  /** Whether `text` is the content octet by octet, and not written anew from parsed JSON. */
  readonly isRaw: boolean;
}

/**
 * Reads a response of fetch, supertest, light-my-request, axios, got, or any object with `status` (or `statusCode`), `headers` and `text`
 * (or `body`). A fetch Response stays readable.
 * @returns undefined for any other value
 */
export async function seenResponse(response: unknown): Promise<SeenResponse | undefined> {
  if (typeof response !== "object" || response === null) return undefined;
  const given = response as Record<string, unknown>;
  const status = given["status"] ?? given["statusCode"];
  if (typeof status !== "number") return undefined;
  const headers = new Map(headerEntries(given["headers"]));
  if (isFetchResponse(given)) return { status, headers, text: await given.clone().text(), isRaw: true };
  const members = ["payload", "text", "rawBody", "body", "data"].map((name) => given[name]);
  const content = members.find((value) => value !== undefined && value !== null && typeof value !== "function") ?? "";
  const isRaw = typeof content === "string" || content instanceof Uint8Array;
  return { status, headers, text: contentText(content), isRaw };
}

interface FetchResponse {
  clone(): { text(): Promise<string> };
}

function isFetchResponse(given: object): given is FetchResponse {
  return ["clone", "arrayBuffer", "text"].every((name) => typeof (given as Record<string, unknown>)[name] === "function");
}

function contentText(content: unknown): string {
  if (typeof content === "string") return content;
  return content instanceof Uint8Array ? Buffer.from(content).toString() : JSON.stringify(content);
}

/** Lists fields of a Headers, an iterable of pairs, or an object. */
function headerEntries(headers: unknown): [name: string, value: string][] {
  const isIterable = typeof (headers as Iterable<unknown> | undefined)?.[Symbol.iterator] === "function";
  const entries = isIterable ? [...(headers as Iterable<[string, unknown]>)] : Object.entries(headers ?? {});
  return entries
    .filter(([, value]) => value !== undefined && value !== null && typeof value !== "function")
    .map(([name, value]) => [name.toLowerCase(), String(value)]);
}
