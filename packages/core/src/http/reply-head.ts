/** Status and header fields of a message. */
export interface ReplyHead {
  readonly status: number;
  /** Names in lower case; several Set-Cookie as a list, since they cannot be joined (RFC 6265 section 3). */
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}
