import type { CatalogueRow, DomainError } from "../contract/catalogue-row.js";
import type { Contract } from "../contract/contract.js";
import { guardHook } from "../util/guard-hook.js";
import { clean, cleanCode, cleanType } from "../util/sanitize.js";
import { writeWarning } from "../util/warnings.js";
import { membersOfError } from "./catalogue-members.js";
import type { Finding } from "./finding.js";
import { parseMessage } from "./message-format.js";
import { fieldsOf } from "./problem-row.js";

/** Makes the finding of a domain error. */
export type DomainRule = (error: object) => Finding;

/** Groups the rules of a catalogue's domain errors. An error meets only the rules that its class, its name and its code lead to. */
export interface DomainIndex {
  /** Rules by the prototype of a class. */
  readonly classes: ReadonlyMap<unknown, DomainRule>;
  /** Rules by `name` or `code`. */
  readonly keys: ReadonlyMap<string, DomainRule>;
  readonly predicates: readonly (readonly [predicate: (error: object) => boolean | undefined, rule: DomainRule])[];
}

const indexes = new WeakMap<object, DomainIndex>();

/**
 * Indexes a catalogue's domain errors, once for each catalogue.
 * @throws TypeError for a class, name or code that two rows claim
 */
export function domainIndexOf(problems: NonNullable<Contract["problems"]>): DomainIndex {
  const known = indexes.get(problems);
  if (known) return known;
  const created = createIndex(Object.values(problems));
  indexes.set(problems, created);
  return created;
}

function createIndex(rows: readonly CatalogueRow[]): DomainIndex {
  const classes = new Map<unknown, DomainRule>();
  const keys = new Map<string, DomainRule>();
  const predicates: [predicate: (error: object) => boolean | undefined, rule: DomainRule][] = [];
  const owners = new Map<DomainError, string>();
  for (const row of rows) {
    const rule = createRule(row);
    for (const from of domainErrorsOf(row)) {
      const owner = owners.get(from);
      if (owner !== undefined)
        throw new TypeError(`defineContract: ${row.key}.from has ${nameOf(from)}, which ${owner}.from has already`);
      owners.set(from, row.key);
      if (typeof from === "string") keys.set(from, rule);
      else if (isClass(from)) classes.set(from.prototype, rule);
      else predicates.push([guardHook(`${row.key}.from`, from as (error: object) => boolean, (found) => found === true), rule]);
    }
  }
  return { classes, keys, predicates };
}

function domainErrorsOf({ from = [] }: CatalogueRow): readonly DomainError[] {
  return Array.isArray(from) ? from : [from as DomainError];
}

const nameOf = (from: DomainError) => (typeof from === "string" ? `"${from}"` : from.name || "a predicate");

/** Whether a function is a class: written as one, or a constructor of errors that an older compiler wrote. */
function isClass(from: Exclude<DomainError, string>): from is abstract new (...args: never[]) => unknown {
  return from.prototype instanceof Error || from === Error || /^class\b/.test(Function.prototype.toString.call(from));
}

function createRule(row: CatalogueRow): DomainRule {
  const { status, routine } = row;
  const [code, type, title] = [cleanCode(row.code), cleanType(row.type, true), clean(row.title)];
  const { format } = parseMessage(row.detail);
  const headers = fieldsOf(row);
  const readMembers = membersOfError(row);
  const warned = new Set<string>();
  return (error) => {
    const { members, missing } = readMembers(error);
    for (const name of missing)
      if (!warned.has(name) && warned.add(name))
        writeWarning("FG_ERRORS_MISSING_MEMBER", `${row.code}: an error that means it has no valid member "${name}"`);
    const detail = missing.length === 0 ? format(members) : undefined;
    return { status, code, type, title, isChecked: true, detail, extensions: members, headers, routine };
  };
}
