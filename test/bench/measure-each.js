/**
 * Measures each, whatever becomes of another: what fails is printed, and the bench ends with 1.
 * @template {{ name: string }} T
 * @param {readonly T[]} all
 * @param {(one: T) => Promise<import("./types.js").PartResult>} measure
 * @returns {AsyncGenerator<import("./types.js").PartResult>}
 */
export async function* measureEach(all, measure) {
  for (const one of all)
    try {
      yield await measure(one);
    } catch (failure) {
      console.error(`${one.name} was not measured:`, failure);
      process.exitCode = 1;
    }
}
