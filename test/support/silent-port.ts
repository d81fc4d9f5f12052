import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A loopback port that answers no attempt to connect, as behind a firewall that drops packets. */
export interface SilentPort {
  port: number;
  close(): Promise<void>;
}

/**
 * A process that listens and is then frozen: once its backlog is full the kernel drops what comes. Resolves when an attempt
 * to connect has stayed without answer.
 */
export async function silentPort(): Promise<SilentPort> {
  const script =
    "const s = require('node:net').createServer(); s.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(s.address().port));";
  const child: ChildProcess = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const port = Number(String(await once(child.stdout as NonNullable<typeof child.stdout>, "data")));
  child.kill("SIGSTOP");
  const fillers: Socket[] = [];
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    socket.on("error", () => {});
    fillers.push(socket);
    const answered = await Promise.race([
      once(socket, "connect").then(() => true),
      new Promise<boolean>((resolve) => {
        setTimeout(() => resolve(false), 500);
      }),
    ]);
    if (!answered) break;
  }
  return {
    port,
    close: async () => {
      for (const socket of fillers) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
