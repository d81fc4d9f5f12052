import { isIP } from "node:net";
import type { SecureContextOptions } from "node:tls";
import type { Options, SocketOptions } from "amqplib";

export interface BrokerAddress {
  host: string;
  port: number;
}

/** Whether a missing queue is made, and of which type. The government's queues exist and are nobody's to declare. */
export type DeclareQueues = "no" | "classic" | "quorum";

/** How to reach the broker. Times in seconds. What is optional may be left out of saved flows and of tests. */
export interface BrokerSettings extends BrokerAddress {
  /** Further hosts of the same broker, tried in this order when the one before cannot be reached. */
  others?: readonly BrokerAddress[];
  vhost: string;
  user: string;
  password: string;
  /** TLS options (CA, client certificate, SNI ...), or undefined for plain AMQP. */
  tls: (SecureContextOptions & { servername?: string; rejectUnauthorized?: boolean }) | undefined;
  heartbeat: number;
  connectTimeout: number;
  /** Until a publish must be confirmed; absent = 30. */
  confirmTimeout?: number;
  /** Largest frame in bytes, from 4096; 0 or absent = 128 KB. The broker may want less. */
  frameMax?: number;
  /** Most channels of the connection, 0 or absent = as the broker offers. */
  channelMax?: number;
  declare?: DeclareQueues;
  /** Shown in the broker's list of connections. */
  connectionName: string;
}

/** The settings once for each host, in the order in which the hosts are tried: `host` and `port` are those of one of them. */
export function eachHost(settings: BrokerSettings): BrokerSettings[] {
  const { others = [], ...first } = settings;
  return [first, ...others.map((address) => ({ ...first, ...address }))];
}

/**
 * Reads `a.example, b.example:5672 [::1]:5671`: hosts in order, separated by commas or blanks, each with a port of its own
 * or the given one. Returns undefined for what is no such list.
 */
export function readHosts(text: string, port: number): BrokerAddress[] | undefined {
  const list: BrokerAddress[] = [];
  for (const part of text.split(/[\s,，;；]+/).filter(Boolean)) {
    // An IPv6 address needs brackets only when a port stands behind it.
    const match = isIP(part)
      ? [part, part]
      : /^\[([^\s[\]]+)\](?::(\d{1,5}))?$/.exec(part) || /^([^\s:[\]]+)(?::(\d{1,5}))?$/.exec(part);
    const [, host = "", own] = match ?? [];
    const number = own === undefined ? port : Number(own);
    if (host === "" || (part.startsWith("[") && isIP(host) !== 6) || number < 1 || number > 65535) return undefined;
    list.push({ host, port: number });
  }
  return list.length > 0 ? list : undefined;
}

/** `amqps://user:***@host:port/vhost`: how the connection is written in receipts and logs, password masked (faq 12). */
export function maskedUrl(settings: BrokerSettings): string {
  const scheme = settings.tls ? "amqps" : "amqp";
  const vhost = settings.vhost === "/" ? "" : `/${settings.vhost}`;
  return `${scheme}://${settings.user}:***@${settings.host}:${settings.port}${vhost}`;
}

/** The settings as amqplib takes them. */
export function amqpOptions(settings: BrokerSettings): Options.Connect {
  return {
    protocol: settings.tls ? "amqps" : "amqp",
    hostname: settings.host,
    port: settings.port,
    username: settings.user,
    password: settings.password,
    // amqplib takes it as a part of a URL and decodes it.
    vhost: encodeURIComponent(settings.vhost),
    heartbeat: settings.heartbeat,
    ...(settings.frameMax && { frameMax: settings.frameMax }),
    ...(settings.channelMax && { channelMax: settings.channelMax }),
  };
}

/** The socket's side of it. Without noDelay each serial publish waits for a delayed ACK (22/s instead of 1,108/s). */
export function socketOptions(settings: BrokerSettings): SocketOptions {
  return {
    noDelay: true,
    timeout: settings.connectTimeout * 1000,
    clientProperties: { connection_name: settings.connectionName },
    ...(settings.tls && tlsOptions(settings)),
  };
}

/** TLS options with the server's name for SNI; an IP address is no name. */
export function tlsOptions({ tls, host }: BrokerSettings): Record<string, unknown> {
  const servername = tls?.servername ?? (isIP(host) ? undefined : host);
  return { ...tls, ...(servername && { servername }) };
}
