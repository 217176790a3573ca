/**
 * Reads the replies of one connection, whatever pieces they come in, and says when each is whole. It looks at no more than what frames
 * them: a status, a Content-Length or the sizes of chunks.
 * @param {(status: number) => void} onReply
 * @returns {(piece: Buffer) => void}
 */
export function createReplyReader(onReply) {
  /** @type {Buffer | undefined} what is not yet understood: a head, or the line of a chunk's size, in part */
  let rest;
  let status = 0;
  let left = 0; // octets of content still to come
  /** @type {"head" | "content" | "size" | "chunk" | "trailer"} */
  let state = "head";

  return (piece) => {
    const data = rest ? Buffer.concat([rest, piece]) : piece;
    rest = undefined;
    let at = 0;
    while (at < data.length || (state === "content" && left === 0)) {
      if (state === "content" || state === "chunk") {
        const taken = Math.min(left, data.length - at);
        at += taken;
        left -= taken;
        if (left > 0) return;
        if (state === "content") whole();
        else state = "size";
        continue;
      }
      const end = data.indexOf(state === "head" ? "\r\n\r\n" : "\r\n", at);
      if (end === -1) {
        rest = data.subarray(at);
        return;
      }
      const line = data.toString("latin1", at, end);
      at = end + (state === "head" ? 4 : 2);
      if (state === "head") begin(line);
      else if (state === "trailer") {
        if (line === "") whole();
      } else {
        const size = Number.parseInt(line, 16);
        state = size === 0 ? "trailer" : "chunk";
        left = size + 2; // and the line's end behind it
      }
    }
  };

  /** @param {string} head */
  function begin(head) {
    status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    state = length === undefined && status !== 204 && status !== 304 ? "size" : "content";
    left = Number(length ?? 0);
  }

  function whole() {
    state = "head";
    onReply(status);
  }
}
