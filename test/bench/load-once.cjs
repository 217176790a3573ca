// Loads the modules that its arguments name, by require() or import(), and prints how many files and how much CPU that took, and the MiB that the
// process has then. It is a file of its own, and CommonJS, so that nothing is loaded before: neither a channel to another process nor the loader
// of ES modules.
const [how, ...names] = process.argv.slice(2);

void measure();

async function measure() {
  const before = process.cpuUsage();
  for (const name of names) await (how === "require" ? require(name) : import(name));
  const { user, system } = process.cpuUsage(before);
  const modules = Object.keys(require.cache).length - 1;
  collect();
  const { heapUsed, rss } = process.memoryUsage();
  const measured = { milliseconds: (user + system) / 1000, modules, heap: heapUsed / 2 ** 20, resident: rss / 2 ** 20 };
  process.stdout.write(JSON.stringify(measured));
}

/** Collects garbage. With the flag from the start, Node would load without the code that it keeps compiled. */
function collect() {
  require("node:v8").setFlagsFromString("--expose-gc");
  require("node:vm").runInNewContext("gc")();
}
