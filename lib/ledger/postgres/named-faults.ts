import { type Bilingual, codeOf, messageOf } from "../../errors.js";

/** A fault of the ledger's database that a person can put right, by the word that the connection test has for it. */
export interface NamedFault {
  fault: string;
  text: Bilingual;
  /** What to do, for whoever has no documents that wait. */
  action: Bilingual;
  /** The same with what becomes of documents. */
  advice: Bilingual;
  /** The text says all of it: what the library says is no help. */
  whole?: true;
}

type Words = readonly [zh: string, en: string];

/** What becomes of documents meanwhile. */
const WAIT: Words = ["单据等待，不会失败；", "Documents wait, none fails."];
const GO_ON: Words = ["单据等待，恢复后自动继续；", "Documents wait and go on by themselves."];

function named(fault: string, [textZh, textEn]: Words, [zh, en]: Words, [meanwhileZh, meanwhileEn] = WAIT): NamedFault {
  return {
    fault,
    text: { zh: textZh, en: textEn },
    action: { zh, en },
    advice: { zh: `${meanwhileZh}${zh}`, en: `${meanwhileEn} ${en}` },
  };
}

const STARTING = named(
  "db-starting",
  ["台账数据库正在停止或启动", "the ledger's database is being stopped or started"],
  ["若一直如此，请查看其日志。", "Where it does not come up, look into its log."],
  GO_ON,
);

/** By SQLSTATE. */
const BY_STATE: Readonly<Record<string, NamedFault>> = {
  "28P01": named(
    "db-login",
    ["台账数据库不接受该用户或口令", "the ledger's database does not accept user or password"],
    [
      "请核对用户，以及“导入客户端”节点中的口令或 PGPASSWORD。",
      "Check the user, and the password in the import-client node or PGPASSWORD.",
    ],
  ),
  "28000": named(
    "db-host",
    ["台账数据库不允许本机以该用户登录", "the ledger's database lets this user not in from this machine"],
    [
      "请在服务器的 pg_hba.conf 中放行本机、该用户和该库（及其加密方式），并确认该用户存在。",
      "Let machine, user and database in by the server's pg_hba.conf (with or without TLS), and see that the user is there.",
    ],
  ),
  "3D000": named(
    "db-missing",
    ["台账数据库不存在", "the ledger's database is not there"],
    [
      "请核对库名，或由数据库管理员执行 CREATE DATABASE。",
      "Check the database's name, or let its administrator run CREATE DATABASE.",
    ],
  ),
  "42501": named(
    "db-rights",
    ["该用户在台账数据库中权限不足", "the user lacks rights in the ledger's database"],
    [
      "请由数据库管理员让该用户拥有台账的模式：CREATE SCHEMA … AUTHORIZATION …。",
      "Let the administrator make the user the owner of the ledger's schema: CREATE SCHEMA … AUTHORIZATION ….",
    ],
  ),
  "53300": named(
    "db-full",
    ["台账数据库的连接数已满", "the ledger's database has no connection free"],
    [
      "每个 Node-RED 最多用 6 个连接，请提高 max_connections。",
      "Each Node-RED uses up to 6 connections: raise max_connections.",
    ],
    GO_ON,
  ),
  "53100": named(
    "db-disk",
    ["台账数据库的磁盘已满", "the disk of the ledger's database is full"],
    ["请在数据库服务器上腾出空间（数据、WAL 和日志）。", "Make room on the database's server (data, WAL, logs)."],
    GO_ON,
  ),
  "55P03": named(
    "db-locked",
    ["台账数据库中的表被其他会话锁住", "another session holds a lock on the ledger's tables"],
    [
      "请查看 pg_stat_activity，结束占用它的会话（恢复、VACUUM FULL、手工事务）。",
      "Look into pg_stat_activity and end the session that holds it (a restore, VACUUM FULL, a transaction left open).",
    ],
    GO_ON,
  ),
  ...Object.fromEntries(["57P01", "57P02", "57P03"].map((state) => [state, STARTING])),
  "25006": named(
    "db-standby",
    ["台账数据库只读，可能是备机", "the ledger's database is read-only: a standby, most likely"],
    [
      "请核对地址是否指向主机，以及库、用户或服务器是否设置了 default_transaction_read_only。",
      "See that the address leads to the primary, and whether default_transaction_read_only is set for database, user or server.",
    ],
    GO_ON,
  ),
};

const UNREACHED: Words = [
  "请核对地址和端口、防火墙，以及 PostgreSQL 的 listen_addresses。",
  "Check address and port, firewall, and PostgreSQL's listen_addresses.",
];

/** By the code of the network. */
const BY_CODE: Readonly<Record<string, NamedFault>> = {
  ENOTFOUND: named(
    "db-name",
    ["找不到台账数据库服务器", "the name of the ledger's server cannot be resolved"],
    UNREACHED,
    GO_ON,
  ),
  EAI_AGAIN: named(
    "db-name",
    ["域名服务器没有应答", "no name server answers for the ledger's server"],
    UNREACHED,
    GO_ON,
  ),
  ECONNREFUSED: named(
    "db-refused",
    ["台账数据库的端口拒绝连接", "the port of the ledger's database refuses the connection"],
    UNREACHED,
    GO_ON,
  ),
};

const TIMED_OUT = named(
  "db-timeout",
  ["台账数据库没有应答", "the ledger's database does not answer"],
  UNREACHED,
  GO_ON,
);

const TLS = named(
  "db-tls",
  ["与台账数据库的加密连接失败", "the encrypted connection to the ledger's database fails"],
  [
    "请核对 TLS 方式、CA 证书，以及证书上的名称是否与地址一致。",
    "Check the TLS mode, the CA's certificate, and that the certificate has the address's name.",
  ],
);

/** node-postgres says of it what no user can make sense of. */
const NO_PASSWORD: NamedFault = {
  ...named(
    "db-login",
    ["台账数据库要求口令，而没有给出", "the ledger's database asks for a password, and none is given"],
    [
      "请设置环境变量 PGPASSWORD 或 .pgpass；客户端也可在“导入客户端”节点中填写口令。",
      "Set the environment variable PGPASSWORD, or .pgpass; a client also takes the password of its import-client node.",
    ],
  ),
  whole: true,
};

export const NAMED_FAULTS: readonly NamedFault[] = [
  ...new Set(Object.values(BY_STATE)),
  ...Object.values(BY_CODE),
  TIMED_OUT,
  TLS,
  NO_PASSWORD,
];

/** The fault that a person can put right; undefined for any other. */
export function namedFault(error: unknown): NamedFault | undefined {
  const code = codeOf(error) ?? "";
  const known = BY_STATE[code] ?? BY_CODE[code];
  if (known) return known;
  if (/^(?:ERR_TLS|CERT_|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO)/.test(code)) return TLS;
  const said = messageOf(error);
  if (said.includes("support SSL")) return TLS;
  // node-postgres itself, where the server asks for a password and none is set.
  if (said.includes("client password must be")) return NO_PASSWORD;
  if (/^E(?:TIMEDOUT|HOSTUNREACH|NETUNREACH)$/.test(code) || said.includes("timeout expired")) return TIMED_OUT;
  return undefined;
}
