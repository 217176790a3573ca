// Loads the modules that its arguments name, by require() or import(), and prints how many files and how much CPU that took. It is a file of its
// own, and CommonJS, so that nothing is loaded before: neither a channel to another process nor the loader of ES modules.
const [how, ...names] = process.argv.slice(2);

void measure();

async function measure() {
  const before = process.cpuUsage();
  for (const name of names) await (how === "require" ? require(name) : import(name));
  const { user, system } = process.cpuUsage(before);
  const modules = Object.keys(require.cache).length - 1;
  process.stdout.write(JSON.stringify({ milliseconds: (user + system) / 1000, modules }));
}
