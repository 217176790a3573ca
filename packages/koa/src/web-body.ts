/** Maps the names of the web's types of bodies to the types. */
interface WebTypes {
  readonly Blob: Blob;
  readonly ReadableStream: ReadableStream;
  readonly Response: Response;
}

/**
 * Whether a body is of a type of the web. A sandbox, such as Jest 27's, may lack the global: then nothing is of that type, and an
 * `instanceof` would throw. To read the global may throw as well, since Node defines some on their first use, with the help of others.
 */
export function isWeb<Name extends keyof WebTypes>(name: Name, body: unknown): body is WebTypes[Name] {
  try {
    const type = (globalThis as Partial<Record<Name, unknown>>)[name];
    return typeof type === "function" && body instanceof type;
  } catch {
    return false;
  }
}

/** Returns the stream of a body that is one, or has one. */
export function webStreamOf(body: unknown): ReadableStream | null | undefined {
  if (isWeb("ReadableStream", body)) return body;
  return isWeb("Response", body) ? body.body : undefined;
}
