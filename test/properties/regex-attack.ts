// Texts that make a backtracking regex slow if anything does, made of the regex itself.

/** A character of the text: what it is written as, and whether it stands for more than itself. */
interface Atom {
  readonly source: string;
  readonly isWide: boolean;
}
type Term = { readonly atom: Atom; readonly least: number } | { readonly group: readonly Sequence[]; readonly least: number };
type Sequence = readonly Term[];

/** Characters that are tried on each atom. */
const candidates = [
  ..."aemzAEMZ019_ ",
  ...Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet)),
  ..."\u2028\u202e\ufffd\ud800",
];

/** Lengths of the texts, each of which has to cost as little per character as those before. Exponential ones show early. */
const lengths = [8, 16, 32, 64, 128, 512, 2048];
const longest = 50_000;

/** How many times the price per character may grow. Of a quadratic regex it grows by thousands, of a linear one it falls. */
const most = 30;

/** Of all texts, those that are tried at full length: the ones that cost most. */
const mostExpensive = 5;

/** Nanoseconds that the tries of one text may take in all before it counts as slow; twenty times as many for the first eight. */
const patience = 50e6;

export interface Slow {
  /** The start of the text, what is repeated, and its end. */
  readonly text: readonly [prefix: string, pump: string, suffix: string];
  readonly length: number;
  /** How many times a character costs more than in a short text. */
  readonly growth: number;
}

/** The first text found for which the time to look through it does not grow with its length, but faster. */
export function attack(regex: RegExp): Slow | undefined {
  const global = new RegExp(regex.source, regex.flags.includes("g") ? regex.flags : `${regex.flags}g`);
  const act = (text: string) => void text.replace(global, "");
  const tried: { text: Slow["text"]; best: number; last: number }[] = [];
  for (const text of textsFor(regex)) {
    let [best, last] = [Infinity, 0];
    for (const length of lengths) {
      last = price(act, text, length, best * most);
      if (last > best * most) return { text, length, growth: last / best };
      best = Math.min(best, last);
    }
    tried.push({ text, best, last });
  }
  for (const { text, best } of tried.toSorted((a, b) => b.last - a.last).slice(0, mostExpensive)) {
    const full = price(act, text, longest, best * most);
    if (full > best * most) return { text, length: longest, growth: full / best };
  }
  return undefined;
}

/**
 * Nanoseconds per character: the least of several tries, for a busy machine is slow, too. Two suffice where they cost no more than `enough`,
 * and tries that take longer than `patience` in all are no matter of the machine.
 */
function price(act: (text: string) => void, [prefix, pump, suffix]: Slow["text"], length: number, enough: number): number {
  const text = prefix + pump.repeat(Math.ceil(length / pump.length)) + suffix;
  let [least, spent] = [Infinity, 0];
  for (let tries = 0; tries < 2 || (least > enough && tries < 200 && spent < (tries < 8 ? 20 : 1) * patience); tries++) {
    const started = process.hrtime.bigint();
    act(text);
    const took = Number(process.hrtime.bigint() - started);
    spent += took;
    least = Math.min(least, took / text.length);
  }
  return least;
}

/** Each part of the regex over and over, after all that has to come before it, and before something that does not match. */
export function textsFor({ source, flags }: RegExp): Slow["text"][] {
  const alternatives = parse(source);
  const takes = takenBy(flags.replace(/[gy]/g, ""));
  const atoms = [...new Map(atomsOf(alternatives).map((atom) => [atom.source, atom])).values()];
  const wide = atoms.filter(({ isWide }) => isWide);
  const common = (atom: Atom) => {
    const fit = candidates.filter((one) => takes(atom, one));
    const shared = (one: string) => atoms.filter((other) => takes(other, one)).length;
    return [fit.toSorted((a, b) => shared(b) - shared(a))[0] ?? "", fit[0] ?? ""];
  };
  const samples = [0, 1].map((choice) => new Map(atoms.map((atom) => [atom.source, common(atom)[choice]!])));

  // Of characters that the same atoms take, one stands for all.
  const kinds = new Map(candidates.map((one) => [wide.map((atom) => takes(atom, one)).join(), one]));
  const stranger = candidates.find((one) => !atoms.some((atom) => takes(atom, one)));
  const ends = new Set(["", stranger ?? "\0", "\n!", ...kinds.values()]);
  const pumps = new Set([...kinds.values(), ...[...kinds.values()].flatMap((a) => [...kinds.values()].map((b) => a + b))]);
  const prefixes = new Set([""]);

  for (const sample of samples) visit(alternatives, "", sample);

  function visit(group: readonly Sequence[], before: string, sample: ReadonlyMap<string, string>) {
    for (const sequence of group)
      for (let from = 0; from < sequence.length; from++) {
        const start = before + written(sequence.slice(0, from), sample);
        const term = sequence[from]!;
        if (isLiteral(term) && from > 0 && isLiteral(sequence[from - 1]!)) continue; // words are taken as a whole
        prefixes.add(start);
        for (let to = from + 1; to <= sequence.length; to++) {
          const last = sequence[to - 1]!;
          if (to < sequence.length && isLiteral(last) && isLiteral(sequence[to]!)) continue;
          const piece = written(sequence.slice(from, to), sample, true);
          pumps.add(piece).add(piece.slice(0, -1)).add(`${piece}\n`);
        }
        if ("group" in term) {
          for (const one of term.group) pumps.add(written(one, sample, true));
          visit(term.group, start, sample);
        }
      }
  }
  pumps.delete("");
  return [...prefixes].flatMap((prefix) => [...pumps].flatMap((pump) => [...ends].map((end) => [prefix, pump, end] as const)));
}

function isLiteral(term: Term): boolean {
  return "atom" in term && !term.atom.isWide && term.least === 1;
}

/** A text that the terms match. @param isFull whether with what may be left out */
function written(sequence: Sequence, sample: ReadonlyMap<string, string>, isFull = false): string {
  return sequence
    .map((term) => {
      const once = "atom" in term ? sample.get(term.atom.source)! : written(term.group[0] ?? [], sample, isFull);
      return once.repeat(Math.max(term.least, isFull ? 1 : 0));
    })
    .join("");
}

function atomsOf(group: readonly Sequence[]): Atom[] {
  return group.flat().flatMap((term) => ("atom" in term ? [term.atom] : atomsOf(term.group)));
}

function takenBy(flags: string) {
  const known = new Map<string, RegExp>();
  return ({ source }: Atom, one: string): boolean => {
    if (!known.has(source)) known.set(source, new RegExp(`^(?:${source})$`, flags));
    return known.get(source)!.test(one);
  };
}

const tokens =
  /(?<open>\((?:\?(?:[:=!]|<[=!]|<\w+>))?)|(?<close>\))|(?<or>\|)|(?<edge>\^|\$|\\[bB])|(?<times>[*+?]\??|\{\d+(?:,\d*)?\}\??)|(?<wide>\.|\[(?:\\[^]|[^\]\\])*\]|\\[dDwWsS]|\\[pP]\{[^}]*\})|(?<one>\\u\{\w+\}|\\u\w{4}|\\x\w\w|\\[^]|[^])/gy;

/** As much of a regex's grammar as its texts need: assertions are groups whose words may be there or not. */
function parse(source: string): readonly Sequence[] {
  const open: { group: Term[][]; least: number }[] = [{ group: [[]], least: 1 }];
  for (const { groups = {} } of source.matchAll(tokens)) {
    const { group } = open.at(-1)!;
    const sequence = group.at(-1)!;
    if (groups["open"]) open.push({ group: [[]], least: /[=!]/.test(groups["open"]) ? 0 : 1 });
    else if (groups["close"]) open.at(-2)!.group.at(-1)!.push(open.pop()!);
    else if (groups["or"]) group.push([]);
    else if (groups["times"]) sequence.push({ ...sequence.pop()!, least: leastOf(groups["times"]) });
    else if (!groups["edge"]) sequence.push({ atom: { source: groups["wide"] ?? groups["one"]!, isWide: "" !== (groups["wide"] ?? "") }, least: 1 }); // prettier-ignore
  }
  return open[0]!.group;
}

function leastOf(times: string): number {
  return times.startsWith("+") ? 1 : Number(/\d+/.exec(times)?.[0] ?? 0);
}
