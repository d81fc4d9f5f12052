import type { SecureContextOptions } from "node:tls";

/** How to reach the broker. Times in seconds. */
export interface BrokerSettings {
  host: string;
  port: number;
  vhost: string;
  user: string;
  password: string;
  /** TLS options (CA, client certificate, SNI ...), or undefined for plain AMQP. */
  tls: (SecureContextOptions & { servername?: string; rejectUnauthorized?: boolean }) | undefined;
  heartbeat: number;
  connectTimeout: number;
  /** Shown in the broker's list of connections. */
  connectionName: string;
}

/** `amqps://user:***@host:port/vhost`: how the connection is written in receipts and logs, password masked (faq 12). */
export function maskedUrl(settings: BrokerSettings): string {
  const scheme = settings.tls ? "amqps" : "amqp";
  const vhost = settings.vhost === "/" ? "" : `/${settings.vhost}`;
  return `${scheme}://${settings.user}:***@${settings.host}:${settings.port}${vhost}`;
}
