// Loaded into a Node-RED process with --require: prints the event loop's longest block since the last line.
const { monitorEventLoopDelay } = require("node:perf_hooks");

const delay = monitorEventLoopDelay({ resolution: 2 });
delay.enable();
// Starting up is Node-RED's own; what counts is the time after it.
setTimeout(() => delay.reset(), 4000).unref();
setInterval(() => {
  process.stdout.write(`loop ${Math.round(delay.max / 1e6)} ${Math.round(delay.percentile(99) / 1e6)}\n`);
  delay.reset();
}, 1000).unref();
