import { randomInt } from "node:crypto";
import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codeOf } from "../lib/errors.js";
import { makePath } from "../lib/make-path.js";
import { isAlive } from "./processes.js";

/** Resolves to whether `host:port` can be listened on now. It listens for a moment: not for a port that somebody is about to take. */
export function portIsFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Resolves to whether somebody listens on `host:port` now. It only connects, so that it takes the port from nobody. */
export function isListening(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

/**
 * A loopback port that nobody listens on, and that no other process of ours is given while this one runs: between the look and
 * the use lie seconds, in which a test beside us would find it free as well. Taken from below the ephemeral range, so that an
 * outgoing connection of anybody does not take it either.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(20_000, 32_000);
    if (reserve(port) && (await portIsFree(port))) return port;
  }
  throw new Error("no free loopback port between 20000 and 32000");
}

const reserved = new Set<string>();

/** One file for each port that is given out, with the number of the process that has it. */
function reserve(port: number): boolean {
  const folder = join(tmpdir(), "single-window-ports");
  const file = join(folder, String(port));
  try {
    makePath(folder);
    const handle = openSync(file, "wx");
    writeSync(handle, String(process.pid));
    closeSync(handle);
  } catch (error) {
    // Where no file can be made, the look alone has to do.
    if (codeOf(error) !== "EEXIST") return true;
    if (!isLeftBehind(file)) return false;
    rmSync(file, { force: true });
    return false;
  }
  if (reserved.size === 0) {
    process.once("exit", () => {
      for (const path of reserved) rmSync(path, { force: true });
    });
  }
  reserved.add(file);
  return true;
}

function isLeftBehind(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    return pid > 0 && !isAlive(pid);
  } catch {
    return false;
  }
}
