// Loaded into a Node-RED process with --require. Prints each second, of the time since the last line: the event loop's
// longest block, 99 of 100 blocks, both by the clock, and the longest time that the main thread was at work in one turn,
// which is what is left of the first one when other programs do not take its place.
// With SW_CPU_PROFILE, a file: SIGPWR begins a profile of the processor, the next one writes it there.
const { openSync, readSync, writeFileSync } = require("node:fs");
const { Session } = require("node:inspector");
const { monitorEventLoopDelay } = require("node:perf_hooks");
const { isMainThread } = require("node:worker_threads");

const EVERY = 5;

function profileTo(file) {
  const session = new Session();
  session.connect();
  let runs = false;
  process.on("SIGPWR", () => {
    if (!runs) session.post("Profiler.enable", () => session.post("Profiler.start"));
    else session.post("Profiler.stop", (_, { profile }) => writeFileSync(file, JSON.stringify(profile)));
    runs = !runs;
  });
}

if (isMainThread) {
  if (process.env.SW_CPU_PROFILE) profileTo(process.env.SW_CPU_PROFILE);
  const delay = monitorEventLoopDelay({ resolution: 2 });
  delay.enable();
  const room = Buffer.alloc(64);
  let work = () => 0;
  try {
    const file = openSync(`/proc/self/task/${process.pid}/schedstat`, "r");
    work = () => Number(room.toString("latin1", 0, readSync(file, room, 0, room.length, 0)).split(" ", 1)[0]) / 1e6;
  } catch {
    // Linux alone counts the time of a thread.
  }
  let before = work();
  let longest = 0;
  setInterval(() => {
    const now = work();
    longest = Math.max(longest, now - before);
    before = now;
  }, EVERY).unref();
  const reset = () => {
    delay.reset();
    longest = 0;
  };
  // Starting up is Node-RED's own; what counts is the time after it.
  setTimeout(reset, 4000).unref();
  setInterval(() => {
    const figures = [delay.max / 1e6, delay.percentile(99) / 1e6, longest].map(Math.round);
    process.stdout.write(`loop ${figures.join(" ")}\n`);
    reset();
  }, 1000).unref();
}
