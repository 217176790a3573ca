import { Console } from "node:console";
import { read, readText } from "./safe-read.js";

/** Writes one line on stderr, and the error's stack below it. A request's method is in the line, which not every host has checked. */
export function warn(message: string, error?: unknown): void {
  try {
    const line = `fg-errors: ${message.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escaped)}`;
    // A Console ignores a stderr that cannot be written to, also when that turns out later.
    new Console(process.stderr).error("%s", arguments.length > 1 ? `${line}\n${describe(error)}` : line);
  } catch {
    // Neither may anything else about a message cost the client its answer.
  }
}

/** The stacks along the chain of causes. Not util.inspect: it would print the members, credentials and all. */
function describe(error: unknown): string {
  const lines = [describeOne(error)];
  for (let cause = read(error, "cause"); cause !== undefined && lines.length < 5; cause = read(cause, "cause"))
    lines.push(describeOne(cause));
  return plainLines(lines.join("\ncaused by ").slice(0, 10_000));
}

/** A message may quote a client: nothing that a terminal would obey, and no line that would pass for one of ours. */
function plainLines(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/gu, escaped).replace(/^(?=fg-errors:)/gm, " ");
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function describeOne(error: unknown): string {
  const stack = readText(error, "stack");
  return stack || `${readText(error, "name") ?? typeof error}: ${readText(error, "message") ?? plain(error)}`;
}

function plain(value: unknown): string {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? "" : String(value);
}
