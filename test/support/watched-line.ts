import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** A line to a server that is spoken to in the clear, on which something happens at a word. */
export interface WatchedLine {
  port: number;
  /** The next time the client says this word, the server hears it, and the line breaks before the client hears the answer. */
  cutAfter(word: string): void;
  /** The next time the client says this word, it is heard, and nothing that the client says afterwards; the line breaks with the server's end. */
  freezeAfter(word: string): void;
  /** Whether that has happened. */
  happened(): boolean;
  close(): Promise<void>;
}

/** Listens on a loopback port and passes everything on to `target`. */
export async function watchedLine(target: { host: string; port: number }): Promise<WatchedLine> {
  const ends = new Set<() => void>();
  let word = "";
  let fate: "cut" | "freeze" = "cut";
  let happened = false;

  const server = createServer((from) => {
    const to = connect(target.port, target.host);
    const gone = () => {
      ends.delete(gone);
      from.destroy();
      to.destroy();
    };
    ends.add(gone);
    let mute = false;
    let deaf = false;
    from.on("data", (bytes) => {
      if (mute) return;
      if (word !== "" && bytes.includes(word)) {
        word = "";
        happened = true;
        mute = fate === "freeze";
        deaf = true;
      }
      to.write(bytes);
    });
    to.on("data", (bytes) => {
      if (!deaf) from.write(bytes);
      else if (!mute) gone();
    });
    to.on("error", gone).on("close", gone);
    // What is frozen hangs up on nobody.
    const hungUp = () => mute || gone();
    from.on("error", hungUp).on("close", hungUp);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const arm = (next: typeof fate) => (said: string) => {
    word = said;
    fate = next;
    happened = false;
  };
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: arm("cut"),
    freezeAfter: arm("freeze"),
    happened: () => happened,
    close: async () => {
      for (const end of ends) end();
      server.close();
      await once(server, "close");
    },
  };
}
