// A client of the gateway, for browsers and Node: it compares codes and reads typed members, and parses no text.
import { createGuards, readProblem, retryDelay } from "@fg-errors/client";
import { problems } from "@shop/contract/problems";

const is = createGuards(problems);

/** Orders items, and says in one sentence what came of it. */
export async function order(gateway: string, sku: string, quantity: number): Promise<string> {
  const response = await fetch(`${gateway}/orders`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ sku, quantity }),
  });
  const problem = await readProblem(response);
  if (!problem) return `Ordered ${quantity} of ${sku}.`;
  if (is.outOfStock(problem)) return `Order ${problem.extensions.left} of ${problem.extensions.sku} instead.`;
  if (is.unknownItem(problem)) return `There is no ${problem.extensions.sku} here.`;
  if (is.checkoutClosed(problem)) {
    const delay = retryDelay(problem, { method: "POST", problems });
    return `Come back on ${problem.extensions.until.slice(0, 10)}; the next attempt is in ${delay} ms.`;
  }
  return `${problem.detail} Please quote ${problem.requestId}.`;
}
