import { type ChildProcess, spawn } from "node:child_process";

/**
 * A shell that outlives us and ends what we started, should we die without doing so (kill -9, a closed terminal). It waits
 * on a pipe that only we hold; the pipe's end tells it that we have gone. A process is ended only when its command line or
 * its environment still carries the mark it was registered with, so that a process id that was given away in the meantime
 * is left alone.
 */
const SCRIPT = `
list=""
while read -r verb pid mark; do
  case "$verb" in
    watch) list="$list $pid:$mark" ;;
    forget) new=""; for e in $list; do [ "\${e%%:*}" = "$pid" ] || new="$new $e"; done; list="$new" ;;
    done) exit 0 ;;
  esac
done
ours() {
  p="/proc/\${1%%:*}"
  { cat "$p/cmdline" "$p/environ" | tr '\\0' '_' | grep -qF -e "\${1#*:}"; } 2>/dev/null
}
for e in $list; do
  ours "$e" || continue
  kill -CONT "\${e%%:*}"; kill -TERM "\${e%%:*}"
done 2>/dev/null
n=0
while [ $n -lt 100 ]; do
  left=""
  for e in $list; do ours "$e" && left="$left $e"; done
  [ -z "$left" ] && exit 0
  sleep 0.1; n=$((n+1))
done
for e in $left; do ours "$e" && kill -KILL "\${e%%:*}"; done 2>/dev/null
`;

export interface Watchdog {
  readonly pid: number;
  /** `mark` is a part of the process's command line or environment, joined by underscores; no blanks in it. */
  watch(pid: number, mark: string): void;
  forget(pid: number): void;
  /** Ends the watchdog itself; what it watched is left as it is. */
  stop(): Promise<void>;
}

/** Starts a watchdog in a session of its own, so that a Ctrl-C in our terminal does not reach it. */
export function startWatchdog(): Watchdog {
  const shell: ChildProcess = spawn("/bin/sh", ["-c", SCRIPT, "single-window-watchdog"], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const input = shell.stdin;
  if (input === null || shell.pid === undefined) throw new Error("cannot start /bin/sh");
  // The shell may be ended by hand; a write after that must not bring us down.
  input.on("error", () => {});
  shell.on("error", () => {});
  return {
    pid: shell.pid,
    watch: (pid, mark) => void input.write(`watch ${pid} ${mark}\n`),
    forget: (pid) => void input.write(`forget ${pid}\n`),
    stop: () =>
      new Promise((resolve) => {
        if (shell.exitCode !== null || shell.signalCode !== null) return resolve();
        shell.once("exit", () => resolve());
        input.end("done\n");
      }),
  };
}
