import { type Bilingual, codeOf, ImportClientError, messageOf } from "../errors.js";
import { type BrokerSettings, maskedUrl } from "./settings.js";

/** What went wrong between us and the broker, in a word that programs can use. */
export type BrokerFault =
  | "dns"
  | "refused"
  | "timeout"
  | "tls"
  | "login"
  | "vhost"
  | "permission"
  | "queue"
  | "exchange"
  | "full"
  | "blocked"
  | "exclusive"
  | "shared"
  | "closed";

/** The official advice for an account that another machine uses (faq 6). */
const UNBIND: Bilingual = {
  zh: "该账户已绑定其他电脑：请在单一窗口网页“用户管理 → 自动导入客户端申请”中解除设备绑定，或停止另一客户端。",
  en: "The account is bound to another machine: unbind the device on the Single Window's page (用户管理 → 自动导入客户端申请 → 解除设备绑定), or stop the other client.",
};

const TEXTS: Record<BrokerFault, { text: Bilingual; advice: Bilingual }> = {
  dns: {
    text: { zh: "找不到服务器地址", en: "the server's name cannot be resolved" },
    advice: { zh: "请检查主机名和 DNS 设置。", en: "Check the host name and DNS." },
  },
  refused: {
    text: { zh: "无法连接服务器端口", en: "the server's port cannot be reached" },
    advice: {
      zh: "请检查网络和防火墙：ping 该主机，telnet 其端口（官方为 rmq.chinaport.gov.cn 5671）。",
      en: "Check network and firewall: ping the host, telnet its port (officially rmq.chinaport.gov.cn 5671).",
    },
  },
  timeout: {
    text: { zh: "操作已超时", en: "the operation timed out" },
    advice: { zh: "请检查网络，稍后会自动重试。", en: "Check the network; it is tried again by itself." },
  },
  tls: {
    text: { zh: "TLS 握手失败", en: "the TLS handshake failed" },
    advice: {
      zh: "请检查 CA 证书、证书有效期、服务器名称和客户端证书。",
      en: "Check the CA, the certificates' validity, the server name and the client certificate.",
    },
  },
  login: {
    text: { zh: "服务器拒绝登录（ACCESS_REFUSED）", en: "the broker refused the login (ACCESS_REFUSED)" },
    advice: {
      zh: "请确认已在单一窗口申请客户端配置，并用该账号登录网页完善账户信息；核对用户名和密码。",
      en: "Make sure that the client's configuration was applied for and the account completed on the web page; check user and password.",
    },
  },
  vhost: {
    text: { zh: "虚拟主机不存在（NOT_FOUND）", en: "the virtual host does not exist (NOT_FOUND)" },
    advice: {
      zh: "请核对虚拟主机设置，或确认客户端配置已申请。",
      en: "Check the vhost, or whether the client's configuration was applied for.",
    },
  },
  queue: {
    text: { zh: "队列不存在（NOT_FOUND）", en: "the queue does not exist (NOT_FOUND)" },
    advice: {
      zh: "请核对队列名（Q_Send<客户端ID> / Q_Recv<客户端ID>）。",
      en: "Check the queue's name (Q_Send<client id> / Q_Recv<client id>).",
    },
  },
  permission: {
    text: {
      zh: "账号无权使用该队列或交换机（ACCESS_REFUSED）",
      en: "the account may not use this queue or exchange (ACCESS_REFUSED)",
    },
    advice: {
      zh: "登录正常，但权限不足：请核对队列名和交换机名，或联系单一窗口客服开通。",
      en: "The login works but does not allow this: check the names of queue and exchange, or call the service desk.",
    },
  },
  exchange: {
    text: { zh: "交换机不存在（NOT_FOUND）", en: "the exchange does not exist (NOT_FOUND)" },
    advice: { zh: "请核对 mq-send 的交换机名。", en: "Check the exchange's name in mq-send." },
  },
  full: {
    text: { zh: "服务器拒收：队列已满", en: "the broker rejects it: the queue is full" },
    advice: {
      zh: "会自动重试；持续出现时请联系单一窗口客服处理队列积压。",
      en: "It is tried again by itself; if it stays so, call the service desk about the backlog.",
    },
  },
  blocked: {
    text: { zh: "服务器暂停接收（内存或磁盘告警）", en: "the broker takes nothing now (memory or disk alarm)" },
    advice: {
      zh: "待服务器恢复后自动继续；持续出现时请联系单一窗口客服。",
      en: "It goes on by itself when the broker has recovered; if it stays so, call the service desk.",
    },
  },
  exclusive: {
    text: { zh: "队列已被另一台电脑占用", en: "another machine is using the queue" },
    advice: UNBIND,
  },
  shared: {
    text: {
      zh: "另有程序在读同一接收队列，回执会被它取走",
      en: "another program reads the same receive queue and takes receipts away",
    },
    advice: UNBIND,
  },
  closed: {
    text: { zh: "与服务器的连接已断开", en: "the connection to the broker was lost" },
    advice: { zh: "会自动重新连接。", en: "It reconnects by itself." },
  },
};

/** Which of the faults an error of amqplib, Node or the broker is. */
export function brokerFault(error: unknown): BrokerFault {
  const code = codeOf(error) ?? "";
  const message = messageOf(error);
  if (/ENOTFOUND|EAI_AGAIN/.test(code)) return "dns";
  if (/ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL/.test(code)) return "refused";
  if (/ETIMEDOUT/.test(code) || /timed? ?out/i.test(message)) return "timeout";
  if (/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/.test(code)) return "tls";
  if (code === "405" || /RESOURCE_LOCKED|exclusive/i.test(message)) return "exclusive";
  if (/vhost .* not found|no access to vhost|access to vhost/i.test(message)) return "vhost";
  if (/access to (queue|exchange)|operation not permitted on/i.test(message)) return "permission";
  if (code === "403" || /ACCESS_REFUSED/.test(message)) return /exclusive/i.test(message) ? "exclusive" : "login";
  if (code === "530" || /NOT_ALLOWED/.test(message)) return "vhost";
  if (/no exchange/i.test(message)) return "exchange";
  if (code === "404" || /NOT_FOUND/.test(message)) return "queue";
  return "closed";
}

/** The fault as C18 (faq 12), with the connection as it is set, its password masked. */
export function brokerError(error: unknown, settings: BrokerSettings, queue?: string): ImportClientError {
  return faultError(brokerFault(error), settings, queue, error);
}

/** As `brokerError`, for a fault that no error of the broker tells. */
export function faultError(
  fault: BrokerFault,
  settings: BrokerSettings,
  queue?: string,
  cause?: unknown,
): ImportClientError {
  const { text, advice } = TEXTS[fault];
  const where = maskedUrl(settings);
  const atZh = queue ? `，队列：${queue}` : "";
  const atEn = queue ? `, queue ${queue}` : "";
  return new ImportClientError(
    "C18",
    {
      zh: `Send->RabbitMQ 发送报文时发生错误，连接：${where}${atZh}，错误：${text.zh}`,
      en: `sending to RabbitMQ failed, connection ${where}${atEn}: ${text.en}`,
    },
    { advice, cause, details: { fault, host: settings.host, port: settings.port, ...(queue && { queue }) } },
  );
}
