import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { makePath } from "../lib/make-path.js";

/** The private broker listens on loopback alone. */
export const HOST = "127.0.0.1";

/** What the broker listens on beside its plain port, and further settings. */
export interface BrokerListening {
  /** Paths of PEM files; a TLS listener is opened beside the plain one. `verify` asks clients for a certificate of `ca`. */
  tls?: { ca: string; cert: string; key: string; verify?: boolean };
  /** Further lines of rabbitmq.conf. */
  config?: readonly string[];
  /**
   * Further host names that the TLS listener answers for (SNI), each with a certificate of its own. `ca`, where it is given,
   * is whose client certificates it asks for.
   */
  tlsHosts?: Readonly<Record<string, { cert: string; key: string; ca?: string }>>;
}

/** Who may log in. */
export interface Identity {
  user: string;
  password: string;
}

/** User and password of this folder, made at its first start; RabbitMQ takes them over when its database is empty. */
export function readIdentity(dir: string): Identity {
  const file = join(dir, "identity.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as Identity;
  const identity: Identity = { user: "import-client", password: randomBytes(18).toString("base64url") };
  writeFileSync(`${file}.tmp`, JSON.stringify(identity), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
  return identity;
}

/** Writes every file that RabbitMQ reads at its start. */
export function writeConfiguration(
  dir: string,
  options: BrokerListening,
  identity: Identity,
  port: number,
  tlsPort: number | undefined,
): void {
  const lines = [
    `listeners.tcp.1 = ${HOST}:${port}`,
    `default_user = ${identity.user}`,
    `default_pass = ${identity.password}`,
    "loopback_users.guest = true",
    "log.console = false",
    "log.file.level = info",
    "disk_free_limit.absolute = 50MB",
  ];
  if (options.tls !== undefined) {
    const { ca, cert, key, verify = false } = options.tls;
    lines.push(
      `listeners.ssl.1 = ${HOST}:${tlsPort}`,
      `ssl_options.cacertfile = ${resolve(ca)}`,
      `ssl_options.certfile = ${resolve(cert)}`,
      `ssl_options.keyfile = ${resolve(key)}`,
      `ssl_options.verify = ${verify ? "verify_peer" : "verify_none"}`,
      `ssl_options.fail_if_no_peer_cert = ${verify}`,
    );
  }
  writeFileSync(join(dir, "rabbitmq.conf"), `${[...lines, ...(options.config ?? [])].join("\n")}\n`, { mode: 0o600 });
  writeAdvanced(dir, options);
  writeFileSync(join(dir, "rabbitmq-env.conf"), "");
  writeFileSync(join(dir, "enabled_plugins"), "[].\n");
  const cookie = join(dir, ".erlang.cookie");
  if (!existsSync(cookie)) writeFileSync(cookie, randomBytes(20).toString("hex"), { mode: 0o400 });
  // Erlang refuses one that others can read, as it is after the folder was copied.
  chmodSync(cookie, 0o400);
}

/** What rabbitmq.conf has no words for. It goes on top of rabbitmq.conf, setting by setting. */
function writeAdvanced(dir: string, { tls, tlsHosts = {} }: BrokerListening): void {
  const hosts = Object.entries(tlsHosts).map(([name, { cert, key, ca }]) => {
    const asks =
      ca === undefined ? "" : `{cacertfile,"${resolve(ca)}"},{verify,verify_peer},{fail_if_no_peer_cert,true},`;
    return `{"${name}",[${asks}{certfile,"${resolve(cert)}"},{keyfile,"${resolve(key)}"}]}`;
  });
  const file = join(dir, "advanced.config");
  if (tls === undefined || hosts.length === 0) {
    rmSync(file, { force: true });
    return;
  }
  const own = [
    `{cacertfile,"${resolve(tls.ca)}"}`,
    `{certfile,"${resolve(tls.cert)}"}`,
    `{keyfile,"${resolve(tls.key)}"}`,
    `{verify,${tls.verify ? "verify_peer" : "verify_none"}}`,
    `{fail_if_no_peer_cert,${tls.verify ?? false}}`,
  ];
  writeFileSync(file, `[{rabbit,[{ssl_options,[${own.join(",")},{sni_hosts,[${hosts.join(",")}]}]}]}].\n`);
}

/**
 * At each start RabbitMQ reads every module of every plugin that lies beside it, of those that are off too: a quarter of all its start.
 * Makes a folder that names the broker alone, and returns the variable that shows it; none where the plugins lie otherwise, nor for RabbitMQ 4, with
 * which it was not tried.
 */
export function withoutPlugins(dir: string, scripts: string): NodeJS.ProcessEnv {
  const all = join(realpathSync(join(scripts, "rabbitmq-server")), "..", "..", "plugins");
  const brokers = existsSync(all) ? readdirSync(all).filter((name) => /^rabbit-3[\d.]+$/.test(name)) : [];
  if (brokers.length !== 1) return {};
  const own = join(dir, "plugins");
  rmSync(own, { recursive: true, force: true });
  makePath(own);
  for (const broker of brokers) symlinkSync(join(all, broker), join(own, broker));
  return { RABBITMQ_PLUGINS_DIR: own };
}

/** Settings of another RabbitMQ or Erlang on this machine must not reach ours. */
export function withoutErlang(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !/^(RABBITMQ_|ERL_|ERLANG_|NOTIFY_SOCKET$|NODE_OPTIONS$)/.test(name)),
  );
}
