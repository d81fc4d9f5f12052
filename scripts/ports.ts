import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Resolves to whether `host:port` can be listened on now. */
export function portIsFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/**
 * A loopback port that nobody listens on. Taken from below the ephemeral range, so that an outgoing connection of anybody
 * does not take it between the look and its use.
 */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 200; tries++) {
    const port = randomInt(20_000, 32_000);
    if (await portIsFree(port)) return port;
  }
  throw new Error("no free loopback port between 20000 and 32000");
}
