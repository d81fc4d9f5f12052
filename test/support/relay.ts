import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port in front of a server that counts the connections through it, and can do to them what networks do. */
export interface Relay {
  port: number;
  /** Connections that are open now. */
  open(): number;
  /** Connections since the start. */
  total(): number;
  /** From now on nothing comes back from the server; what goes to it still arrives. */
  hold(): void;
  /** What was held back comes, and everything after it; new connections are as they should be. */
  flow(): void;
  /** Breaks every connection, as a cable does. */
  cut(): void;
  /** Everything arrives so many milliseconds late, either way. */
  delay(milliseconds: number): void;
  /** From now on what is sent either way is lost, and nobody hears of it: a black hole, or a line that is half open. */
  swallow(): void;
  /** The same for the nth connection from now on, and those after it. */
  swallowFrom(nth: number): void;
  /** Every connection ends with a reset; those to come do as soon as something is sent over them. */
  reset(): void;
  /** The server's side of every connection, those to come as well, is closed with a FIN; the line itself stays. */
  end(): void;
  close(): Promise<void>;
}

interface Line {
  from: Socket;
  to: Socket;
  swallowed: boolean;
}

/** Listens on a loopback port and passes everything on to `target`. */
export async function relayTo(target: { host: string; port: number }): Promise<Relay> {
  const lines = new Set<Line>();
  let held = false;
  let late = 0;
  let total = 0;
  let swallowAt = Number.POSITIVE_INFINITY;
  let greet: "pass" | "reset" | "end" = "pass";

  const pass = (line: Line, from: Socket, to: Socket) => {
    from.on("data", (bytes) => {
      if (line.swallowed) return;
      if (late === 0) to.write(bytes);
      else setTimeout(() => to.writable && to.write(bytes), late);
    });
  };
  const server = createServer({ allowHalfOpen: true }, (from) => {
    total++;
    from.on("error", () => {});
    if (greet === "reset") {
      // Not before the other side speaks: it has to know that it was connected.
      from.once("data", () => from.resetAndDestroy());
      return;
    }
    const to = connect(target.port, target.host);
    const line: Line = { from, to, swallowed: total >= swallowAt };
    lines.add(line);
    const gone = () => {
      lines.delete(line);
      from.destroy();
      to.destroy();
    };
    from.setNoDelay(true);
    to.setNoDelay(true);
    to.on("error", gone);
    to.on("close", () => line.swallowed || gone());
    from.on("close", gone);
    from.on("end", () => line.swallowed || to.end());
    to.on("end", () => line.swallowed || from.end());
    pass(line, from, to);
    pass(line, to, from);
    if (held) to.pause();
    if (greet === "end") from.end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const each = (what: (line: Line) => void) => {
    for (const line of [...lines]) what(line);
  };
  return {
    port: (server.address() as AddressInfo).port,
    open: () => lines.size,
    total: () => total,
    hold: () => {
      held = true;
      each(({ to }) => to.pause());
    },
    flow: () => {
      held = false;
      late = 0;
      greet = "pass";
      swallowAt = Number.POSITIVE_INFINITY;
      each(({ to }) => to.resume());
    },
    cut: () => each(({ from }) => from.destroy()),
    delay: (milliseconds) => {
      late = milliseconds;
    },
    swallow: () => {
      swallowAt = 0;
      each((line) => {
        line.swallowed = true;
      });
    },
    swallowFrom: (nth) => {
      swallowAt = total + nth;
    },
    reset: () => {
      greet = "reset";
      each(({ from }) => from.resetAndDestroy());
    },
    end: () => {
      greet = "end";
      each(({ from }) => from.end());
    },
    close: async () => {
      each(({ from }) => from.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
