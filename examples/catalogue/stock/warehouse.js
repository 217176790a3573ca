// The domain: it knows neither HTTP nor fg-errors. The contract maps its errors by their names.

export class OutOfStockError extends Error {
  /**
   * @param {string} sku
   * @param {number} left
   */
  constructor(sku, left) {
    super(`shelf 12 of warehouse 7 has ${left} of ${sku}`); // stays inside
    this.name = "OutOfStockError";
    this.sku = sku;
    this.left = left;
  }
}

export class UnknownItemError extends Error {
  /** @param {string} sku */
  constructor(sku) {
    super(`no row in warehouse_items for ${sku}`); // stays inside
    this.name = "UnknownItemError";
    this.sku = sku;
  }
}

const items = new Map([
  ["A-1", 2],
  ["B-2", 500],
]);

/** @param {string} sku */
export function countItems(sku) {
  const left = items.get(sku);
  if (left === undefined) throw new UnknownItemError(sku);
  return left;
}

/**
 * @param {string} sku
 * @param {number} quantity
 */
export function reserveItems(sku, quantity) {
  const left = countItems(sku);
  if (left < quantity) throw new OutOfStockError(sku, left);
  items.set(sku, left - quantity);
}
