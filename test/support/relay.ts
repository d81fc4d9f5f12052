import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A port in front of a server that counts the connections through it and can cut them. */
export interface Relay {
  port: number;
  /** Connections that are open now. */
  open(): number;
  /** Connections since the start. */
  total(): number;
  /** Breaks every connection, as a cable does. */
  cut(): void;
  close(): Promise<void>;
}

/** Listens on a loopback port and passes everything on to `target`. */
export async function relayTo(target: { host: string; port: number }): Promise<Relay> {
  const sockets = new Set<Socket>();
  let total = 0;
  const server = createServer((from) => {
    total++;
    const to = connect(target.port, target.host);
    sockets.add(from);
    const end = () => {
      sockets.delete(from);
      from.destroy();
      to.destroy();
    };
    for (const socket of [from, to]) {
      socket.setNoDelay(true);
      socket.on("error", end);
      socket.on("close", end);
    }
    from.pipe(to);
    to.pipe(from);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    total: () => total,
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
