/** Contains the status and the header fields of a message. */
export interface ReplyHead {
  readonly status: number;
  /** Names are in lower case. Several Set-Cookie are a list, since they cannot be joined (RFC 6265 section 3). */
  readonly headers: Readonly<Record<string, string | number | readonly string[] | undefined>>;
}
