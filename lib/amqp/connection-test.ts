import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { type ChannelModel, connect as connectAmqp } from "amqplib";
import { type Step, takeStep } from "../diagnose/step.js";
import { brokerError } from "./faults.js";
import { amqpOptions, type BrokerSettings, maskedUrl, socketOptions, tlsOptions } from "./settings.js";

/** Queues to look at, by what they are used for. */
export interface TestedQueues {
  send: readonly string[];
  receive: readonly string[];
}

/**
 * The connection test of faq 12: DNS, TCP, TLS, login, each queue, one after the other, each timed, until one fails. It
 * uses connections of its own and consumes nothing.
 */
export async function testConnection(settings: BrokerSettings, queues: TestedQueues): Promise<Step[]> {
  const steps: Step[] = [];
  const limit = settings.connectTimeout * 1000;
  const run = async (name: string, work: Parameters<typeof takeStep>[1]) => {
    const step = await takeStep(name, async () => {
      try {
        return await work();
      } catch (error) {
        throw brokerError(error, settings);
      }
    });
    steps.push(step);
    return step.ok;
  };

  const dns = await run("dns", async () => {
    const found = await lookup(settings.host, { all: true });
    const list = found.map(({ address }) => address).join(", ");
    return { text: { zh: `${settings.host} → ${list}`, en: `${settings.host} → ${list}` } };
  });
  if (!dns) return steps;
  const tcp = await run("tcp", async () => {
    await touchTcp(settings, limit);
    return { text: { zh: `端口 ${settings.port} 可连接`, en: `port ${settings.port} answers` } };
  });
  if (!tcp) return steps;
  if (settings.tls) {
    const tls = await run("tls", async () => {
      const facts = await touchTls(settings, limit);
      return {
        text: {
          zh: `TLS 正常，服务器证书有效期至 ${facts}`,
          en: `TLS works, the server's certificate is valid until ${facts}`,
        },
      };
    });
    if (!tls) return steps;
  }
  let connection: ChannelModel | undefined;
  try {
    const login = await run("login", async () => {
      connection = await connectAmqp(amqpOptions(settings), socketOptions(settings));
      connection.on("error", () => {});
      const { product = "", version = "" } = connection.connection.serverProperties as unknown as Record<
        string,
        string
      >;
      const where = maskedUrl(settings);
      return {
        text: { zh: `登录成功：${where}（${product} ${version}）`, en: `logged in: ${where} (${product} ${version})` },
      };
    });
    if (!login || !connection) return steps;
    for (const name of [...queues.send, ...queues.receive])
      await run(`queue ${name}`, () => askQueue(connection as ChannelModel, name, queues));
  } finally {
    await connection?.close().catch(() => undefined);
  }
  return steps;
}

async function askQueue(connection: ChannelModel, name: string, queues: TestedQueues) {
  const channel = await connection.createChannel();
  channel.on("error", () => {});
  const { messageCount, consumerCount } = await channel.checkQueue(name);
  await channel.close();
  const text = {
    zh: `队列 ${name}：积压 ${messageCount}，消费者 ${consumerCount}`,
    en: `queue ${name}: ${messageCount} waiting, ${consumerCount} consumers`,
  };
  const backlog = queues.send.includes(name) && messageCount > 1000;
  if (!backlog) return { text };
  return {
    text,
    warning: true,
    advice: { zh: "发送队列有积压，请联系单一窗口客服。", en: "The send queue has a backlog: call the service desk." },
  };
}

function touchTcp({ host, port }: BrokerSettings, limit: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port });
    socket.setTimeout(limit, () =>
      socket.destroy(Object.assign(new Error("connect timed out"), { code: "ETIMEDOUT" })),
    );
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", reject);
  });
}

function touchTls(settings: BrokerSettings, limit: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const { host, port } = settings;
    const socket: TLSSocket = connectTls({ host, port, ...tlsOptions(settings) }, () => {
      const until = socket.getPeerCertificate().valid_to ?? "";
      socket.destroy();
      resolve(until);
    });
    socket.setTimeout(limit, () => socket.destroy(Object.assign(new Error("TLS timed out"), { code: "ETIMEDOUT" })));
    socket.once("error", reject);
  });
}
