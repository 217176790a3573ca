// A line that says what the tour is waiting for; only where a person is looking.

/** @param {{ isTTY?: boolean, write(text: string): unknown }} stream such as process.stdout */
export function createStatusLine(stream) {
  let isWritten = false;
  const clear = () => {
    if (isWritten) stream.write("\r\u001b[K");
    isWritten = false;
  };
  return {
    /** @param {string} text shorter than any terminal is wide */
    set(text) {
      clear();
      if (!stream.isTTY) return;
      stream.write(text);
      isWritten = true;
    },
    clear,
    /** @param {string} text that stays */
    say(text) {
      clear();
      stream.write(`${text}\n`);
    },
  };
}
