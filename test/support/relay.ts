import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port in front of a server that counts the connections through it, and can hold up answers and cut them. */
export interface Relay {
  port: number;
  /** Connections that are open now. */
  open(): number;
  /** Connections since the start. */
  total(): number;
  /** From now on nothing comes back from the server; what goes to it still arrives. */
  hold(): void;
  /** What was held back comes, and everything after it. */
  flow(): void;
  /** Breaks every connection, as a cable does. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a loopback port and passes everything on to `target`. */
export async function relayTo(target: { host: string; port: number }): Promise<Relay> {
  const sockets = new Set<Socket>();
  const servers = new Set<Socket>();
  let held = false;
  let total = 0;
  const server = createServer((from) => {
    total++;
    const to = connect(target.port, target.host);
    sockets.add(from);
    servers.add(to);
    const end = () => {
      sockets.delete(from);
      servers.delete(to);
      from.destroy();
      to.destroy();
    };
    for (const socket of [from, to]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    from.pipe(to);
    to.on("data", (bytes) => from.write(bytes));
    if (held) to.pause();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    total: () => total,
    hold: () => {
      held = true;
      for (const socket of servers) socket.pause();
    },
    flow: () => {
      held = false;
      for (const socket of servers) socket.resume();
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
