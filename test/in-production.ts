/** What `make` returns where NODE_ENV is "production": there problem() leaves out what could not be sent. */
export function inProduction<T>(make: () => T): T {
  const before = process.env["NODE_ENV"];
  process.env["NODE_ENV"] = "production";
  try {
    return make();
  } finally {
    process.env["NODE_ENV"] = before;
  }
}
