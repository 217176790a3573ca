// Loads the modules that its arguments name, by require() or import(), and prints how many files and how much CPU and memory that took. It is a
// file of its own, and CommonJS, so that nothing is loaded before: neither a channel to another process nor the loader of ES modules.
const [how, ...names] = process.argv.slice(2);

void measure();

async function measure() {
  const memory = memoryNow();
  const before = process.cpuUsage();
  for (const name of names) await (how === "require" ? require(name) : import(name));
  const { user, system } = process.cpuUsage(before);
  const modules = Object.keys(require.cache).length - 1;
  const after = memoryNow();
  const memoryTaken = { heap: mebi(after.heapUsed - memory.heapUsed), resident: mebi(after.rss - memory.rss) };
  process.stdout.write(JSON.stringify({ milliseconds: (user + system) / 1000, modules, ...memoryTaken }));
}

/** Measures what is left after a full collection. */
function memoryNow() {
  globalThis.gc?.();
  return process.memoryUsage();
}

/** @param {number} octets */
function mebi(octets) {
  return octets / 2 ** 20;
}
