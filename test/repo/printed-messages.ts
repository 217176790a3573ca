// The messages that the packages print or throw on purpose, read from their sources by a parser: what is inserted is "…".
import { parseAst } from "vitest/node";
import { packageNames, sourcesOf } from "./sources.js";

/** Functions and classes that take a message, and at which place. */
const takers: Readonly<Record<string, number>> = {
  TypeError: 0,
  UsageError: 0,
  emitWarning: 1,
  warn: 0,
  warnOf: 0,
  warnOfOrder: 0,
  writeWarning: 1,
};

interface Node {
  readonly type?: string;
  readonly callee?: { readonly name?: string };
  readonly arguments?: readonly Node[];
  readonly value?: unknown;
  readonly quasis?: readonly { readonly value: { readonly cooked: string } }[];
  readonly consequent?: Node;
  readonly alternate?: Node;
}

/** Lists every message, by the package that has it. */
export function printedMessages(): readonly { readonly from: string; readonly message: string }[] {
  return packageNames.flatMap((name) =>
    sourcesOf(name).flatMap(({ path, text }) =>
      [...messagesIn(parseAst(text, { lang: "ts" }) as unknown as Node)].map((message) => ({ from: `${name}/${path}`, message })),
    ),
  );
}

function* messagesIn(node: unknown): Generator<string> {
  if (typeof node !== "object" || node === null) return;
  const { type, callee, arguments: given = [] } = node as Node;
  const place = takers[callee?.name ?? ""];
  if (place !== undefined && (type === "NewExpression" || type === "CallExpression")) yield* textsOf(given[place]);
  for (const value of Object.values(node)) yield* messagesIn(value);
}

function* textsOf(node: Node | undefined): Generator<string> {
  if (node?.type === "ConditionalExpression") {
    yield* textsOf(node.consequent);
    yield* textsOf(node.alternate);
  } else if (node?.type === "TemplateLiteral") yield node.quasis!.map(({ value }) => value.cooked).join("…");
  else if (typeof node?.value === "string") yield node.value;
}
