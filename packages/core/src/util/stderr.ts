import { Console } from "node:console";
import { maxLoggedCharacters, maxLoggedErrors } from "./limits.js";
import { read, readText } from "./safe-read.js";

/** Writes one line to stderr, and the error's stack below it. A request's method is in the line, which not every host has checked. */
export function warn(message: string, error?: unknown): void {
  try {
    const line = `fg-errors: ${message.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, escapeCharacter)}`;
    // A Console ignores a stderr that cannot be written to, also when that appears later.
    new Console(process.stderr).error("%s", arguments.length > 1 ? `${line}\n${describeChain(error)}` : line);
  } catch {
    // No other failure to write a message may cost the client its answer.
  }
}

/** Lists the stacks along the chain of causes. util.inspect would print the members, credentials included. */
function describeChain(error: unknown): string {
  const lines = [describeError(error)];
  for (let cause = read(error, "cause"); cause !== undefined && lines.length < maxLoggedErrors; cause = read(cause, "cause"))
    lines.push(describeError(cause));
  return safeLines(lines.join("\ncaused by ").slice(0, maxLoggedCharacters));
}

/** Escapes what a terminal would obey, and indents a line that looks like one of this library. A message may quote a client. */
function safeLines(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\p{Bidi_Control}\u2028\u2029]/gu, escapeCharacter).replace(/^(?=fg-errors:)/gm, " ");
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function describeError(error: unknown): string {
  const stack = readText(error, "stack");
  return stack || `${readText(error, "name") ?? typeof error}: ${readText(error, "message") ?? plainText(error)}`;
}

function plainText(value: unknown): string {
  return (typeof value === "object" && value !== null) || typeof value === "function" ? "" : String(value);
}
