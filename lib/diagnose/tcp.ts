import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { BrokerAddress } from "../amqp/settings.js";
import type { Finding } from "./step.js";

/** Waits until the line stands. The text names our own address, which says which network card was used (faq B2). */
export async function checkLine(socket: Socket, { port }: BrokerAddress): Promise<Finding> {
  if (socket.connecting) await once(socket, "connect");
  if (socket.errored) throw socket.errored;
  const { localAddress = "", remoteAddress = "" } = socket;
  return {
    text: {
      zh: `${remoteAddress} 端口 ${port} 可连接（本机地址 ${localAddress}）`,
      en: `port ${port} of ${remoteAddress} answers (from our address ${localAddress})`,
    },
  };
}

/** Begins to connect; errors are for whoever waits. */
export function openLine({ host, port }: BrokerAddress): Socket {
  const socket = connect({ host, port, noDelay: true });
  socket.on("error", () => {});
  return socket;
}
