import { median, quartiles } from "./statistics.js";

/** @typedef {import("./types.js").Scenario} Scenario */
/** @typedef {import("./types.js").Check} Check */
/** @typedef {Record<string, number[]>} Costs by label, round by round */

/**
 * How the targets of a scenario are met that are measured in this way.
 * @param {Scenario} scenario
 * @param {"cpu" | "instructions"} by
 * @param {Costs} costs
 * @returns {Check[]}
 */
export function judge({ name, targets = [] }, by, costs) {
  const gauge = costs["bare"] && costs["bare again"] ? spread(ratiosOf(costs, "bare again", "bare")) : "";
  return targets
    .filter((target) => target.by === by)
    .map(({ what, ours, to, most }) => {
      const rivals = (typeof to === "string" ? [to] : to).map((label) => ({ label, ratios: ratiosOf(costs, ours, label) }));
      const { label, ratios } = rivals.reduce((worst, rival) => (median(rival.ratios) > median(worst.ratios) ? rival : worst));
      const ratio = median(ratios);
      const limit = most === "noise" ? 1 + errorOf(ratios) : most;
      return {
        what: `${name}: ${what}`,
        met: ratio <= limit,
        measured: `${ratio.toFixed(3)}x ${label}`,
        most: most === "noise" ? `${limit.toFixed(3)}, the median's error` : `${most}`,
        noise: [spread(ratios), gauge && `bare again ${gauge}`].filter(Boolean).join(", "),
      };
    });
}

/**
 * @param {Costs} costs
 * @param {string} ours
 * @param {string} to
 */
function ratiosOf(costs, ours, to) {
  const rival = costs[to];
  const own = costs[ours];
  if (!own || !rival) throw new Error(`a target names ${ours} and ${to}, and one of them is no contestant`);
  return own.map((cost, round) => cost / (rival[round] ?? Number.NaN));
}

/**
 * How far the median of so many rounds may be off: medians that differ by less are not distinguished at 95 % (McGill, Tukey, Larsen 1978).
 * @param {readonly number[]} ratios
 */
function errorOf(ratios) {
  const [low, high] = quartiles(ratios);
  return (1.57 * (high - low)) / Math.sqrt(ratios.length);
}

/** @param {readonly number[]} ratios */
function spread(ratios) {
  const [low, high] = quartiles(ratios);
  return ratios.length > 1 ? `${low.toFixed(3)} to ${high.toFixed(3)}` : "";
}
