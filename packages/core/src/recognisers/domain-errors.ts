import type { Contract } from "../contract/contract.js";
import { domainIndexOf, type DomainIndex, type DomainRule } from "../problem/domain-index.js";
import type { Finding } from "../problem/finding.js";
import { maxPrototypes } from "../util/limits.js";
import type { Context } from "./rule.js";

/**
 * Finds the problem that an organisation's own error means by its catalogue: by the error's class, the nearest first, then by its
 * name, its code, and the predicates in their order.
 */
export function domainFinding(error: object, problems: Contract["problems"], { name, code }: Context): Finding | undefined {
  if (!problems) return undefined;
  const { classes, keys, predicates } = domainIndexOf(problems);
  const rule =
    (classes.size > 0 ? ruleOfClass(error, classes) : undefined) ??
    (keys.size > 0 ? (keys.get(name) ?? keys.get(code)) : undefined) ??
    predicates.find(([predicate]) => predicate(error))?.[1];
  return rule?.(error);
}

function ruleOfClass(error: object, classes: DomainIndex["classes"]): DomainRule | undefined {
  let prototype: unknown = Object.getPrototypeOf(error);
  for (let left = maxPrototypes; prototype !== null && left > 0; left--) {
    const rule = classes.get(prototype);
    if (rule) return rule;
    prototype = Object.getPrototypeOf(prototype);
  }
  return undefined;
}
