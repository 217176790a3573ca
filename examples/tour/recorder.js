// What onError heard, for the page of the tour: an operator would log it.

/** @typedef {{ status: number, code: string, detail: string, cause: string | undefined }} Heard */

/** Entries that wait for the tour to ask for them. Others than the tour may ask the gateways, and nobody takes what those leave. */
const most = 200;

/** Makes an onError that remembers a summary of each problem, and finds those of an answer. */
export function createRecorder() {
  /** @type {{ requestId: string, method: string | undefined, instance: string, heard: Heard }[]} */
  const entries = [];
  return {
    /** @type {(problem: import("@fg-errors/core").Problem, context: import("@fg-errors/core").ProblemContext) => void} */
    onError({ status, code, detail, cause }, { requestId, method, instance }) {
      entries.push({ requestId, method, instance, heard: { status, code, detail: detail.slice(0, 500), cause: explain(cause) } });
      if (entries.length > most) entries.shift();
    },
    /**
     * Finds the problems of an answer by its request id. A transfer that was cut has none of ours: its request finds it.
     * @param {import("./visits.js").Visit} visit
     * @param {import("./check.js").Answer} answer
     */
    take({ method, path }, { headers, cut }) {
      const id = headers["x-request-id"];
      const found = entries.filter(
        (entry) => entry.requestId === id || (cut && !id && entry.method === method && entry.instance === path),
      );
      for (const entry of found) entries.splice(entries.indexOf(entry), 1);
      return found.map(({ heard }) => heard);
    },
  };
}

/**
 * Says in one line why it failed: the message of an error, and of what caused it.
 * @param {unknown} error
 */
function explain(error) {
  const messages = [];
  for (let link = error; link instanceof Error && messages.length < 3; link = link.cause)
    messages.push(link.message || link.name);
  return messages.length > 0 ? messages.join(": ").slice(0, 500) : undefined;
}
