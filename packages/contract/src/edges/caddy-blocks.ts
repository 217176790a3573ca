import { commonFields, type EdgeAnswer } from "./edge-answers.js";

/** Writes a block of a Caddyfile. */
export function block(head: string, lines: readonly string[]): string[] {
  return [`${head} {`, ...lines.map((line) => `\t${line}`), "}"];
}

/** Folds a status to the one that leaves. */
export function foldLines(
  from: string,
  folds: readonly (readonly [status: number, target: number])[],
  unknown: number,
): string[] {
  const targets = [...new Set(folds.map(([, target]) => target))].filter((target) => target !== unknown);
  const rows = targets.map((target) => {
    const statuses = folds.flatMap(([status, to]) => (to === target ? [status] : []));
    return `~^(${statuses.join("|")})$ ${target}`;
  });
  return block(`map {${from}} {fg_status}`, [...rows, `default ${unknown}`]);
}

/** Adds the fields that belong to a status where nobody has set them. */
export function requiredLines(answers: readonly EdgeAnswer[], placeholder: string): string[] {
  return answers.flatMap(({ status, fields }) => {
    const required = Object.entries(fields).filter(([name]) => !commonFields.includes(name));
    const lines = required.map(([name, value]) => `header @fg_${status} ?${name} ${JSON.stringify(value)}`);
    return lines.length === 0 ? [] : [`@fg_${status} vars {${placeholder}} ${status}`, ...lines];
  });
}
