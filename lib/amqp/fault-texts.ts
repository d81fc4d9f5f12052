import type { Bilingual } from "../errors.js";

/** What went wrong between us and the broker, in a word that programs can use. */
export type BrokerFault =
  | "dns"
  | "dns-server"
  | "refused"
  | "unreachable"
  | "timeout"
  | "reset"
  | "tls-expired"
  | "tls-not-yet-valid"
  | "tls-ca"
  | "tls-name"
  | "tls-client-missing"
  | "tls-client-refused"
  | "tls-client-expired"
  | "tls-settings"
  | "tls-plain"
  | "tls-version"
  | "tls"
  | "no-amqp"
  | "login"
  | "vhost"
  | "vhost-refused"
  | "limit"
  | "permission"
  | "queue"
  | "exchange"
  | "full"
  | "unacceptable"
  | "blocked"
  | "exclusive"
  | "shared"
  | "closed";

/** faq 6: the same advice wherever the account turns out to be used elsewhere. */
export const UNBIND: Bilingual = {
  zh: "该账户已绑定其他电脑：请在单一窗口网页“用户管理 → 自动导入客户端申请”中解除设备绑定，或停止另一客户端。",
  en: "The account is bound to another machine: unbind the device on the Single Window's page (用户管理 → 自动导入客户端申请 → 解除设备绑定), or stop the other client.",
};

/** faq 5. */
const APPLIED: Bilingual = {
  zh: "请确认已在单一窗口申请客户端配置，并用该账号登录网页完善账户信息；核对用户名和密码。",
  en: "Make sure that the client's configuration was applied for and the account completed on the web page; check user and password.",
};

/** Text and advice of each fault, as they stand in statuses, receipts and the connection test. */
export const FAULT_TEXTS: Readonly<Record<BrokerFault, { text: Bilingual; advice: Bilingual }>> = {
  dns: {
    text: { zh: "找不到服务器地址", en: "the server's name cannot be resolved" },
    advice: { zh: "请检查主机名和 DNS 设置。", en: "Check the host name and DNS." },
  },
  "dns-server": {
    text: { zh: "域名服务器没有应答", en: "the name server does not answer" },
    advice: {
      zh: "请检查本机网络和 DNS 设置，多半是没有联网。",
      en: "Check this machine's network and DNS settings: most likely it is offline.",
    },
  },
  refused: {
    text: { zh: "服务器端口拒绝连接", en: "the server's port refuses the connection" },
    advice: {
      zh: "请检查端口和防火墙：ping 该主机，telnet 其端口（官方为 rmq.chinaport.gov.cn 5671）。",
      en: "Check port and firewall: ping the host, telnet its port (officially rmq.chinaport.gov.cn 5671).",
    },
  },
  unreachable: {
    text: { zh: "网络不通，无法到达服务器", en: "the network has no way to the server" },
    advice: {
      zh: "请检查网线、网关和防火墙；只保留一块有线网卡。",
      en: "Check cable, gateway and firewall; keep one wired adapter only.",
    },
  },
  timeout: {
    text: { zh: "操作已超时，服务器没有应答", en: "the operation timed out: the server did not answer" },
    advice: {
      zh: "请检查网络和防火墙（ping 该主机，telnet 其端口），稍后会自动重试。",
      en: "Check network and firewall (ping the host, telnet its port); it is tried again by itself.",
    },
  },
  reset: {
    text: { zh: "连接被重置", en: "the connection was reset" },
    advice: {
      zh: "多半是防火墙、代理或安全软件切断了连接：请放行该主机和端口。",
      en: "A firewall, proxy or security software most likely cuts it: let this host and port pass.",
    },
  },
  "tls-expired": {
    text: { zh: "服务器证书已过期", en: "the server's certificate has expired" },
    advice: {
      zh: "请先核对本机日期和时间；时间正确的，请联系单一窗口客服。",
      en: "Check this machine's date and time first; if they are right, call the service desk.",
    },
  },
  "tls-not-yet-valid": {
    text: { zh: "服务器证书尚未生效", en: "the server's certificate is not valid yet" },
    advice: {
      zh: "本机日期或时间多半不对：请校准后重试。",
      en: "This machine's date or time is most likely wrong: set it and try again.",
    },
  },
  "tls-ca": {
    text: {
      zh: "服务器证书不是由受信任的 CA 签发",
      en: "the server's certificate was not issued by a CA that is trusted here",
    },
    advice: {
      zh: "请在 TLS 配置中填写签发该证书的 CA 证书（不要关闭验证）；若由代理或安全软件签发，请放行该主机。",
      en: "Give the CA that issued it in the TLS settings (do not turn verification off); if a proxy or security software issued it, exempt this host.",
    },
  },
  "tls-name": {
    text: { zh: "服务器证书与主机名不符", en: "the server's certificate is for another name" },
    advice: {
      zh: "请核对主机名；用 IP 地址连接时，请在 TLS 配置的“服务器名称”中填写证书上的名称。",
      en: "Check the host name; when you connect by address, give the certificate's name as server name in the TLS settings.",
    },
  },
  "tls-client-missing": {
    text: { zh: "服务器要求客户端证书，但没有提供", en: "the server asks for a client certificate and got none" },
    advice: {
      zh: "请在 TLS 配置中填写客户端证书和私钥。",
      en: "Give the client's certificate and private key in the TLS settings.",
    },
  },
  "tls-client-refused": {
    text: { zh: "服务器不接受我们的客户端证书", en: "the server does not accept our client certificate" },
    advice: {
      zh: "请核对客户端证书是否为该环境签发、是否过期或被吊销。",
      en: "Check that the client's certificate was issued for this environment, and has neither expired nor been revoked.",
    },
  },
  "tls-client-expired": {
    text: { zh: "我们的客户端证书不在有效期内", en: "our client certificate is not valid now" },
    advice: {
      zh: "请更新 TLS 配置中的客户端证书，并核对本机日期和时间。",
      en: "Renew the client's certificate in the TLS settings, and check this machine's date and time.",
    },
  },
  "tls-settings": {
    text: { zh: "TLS 配置中的证书或私钥无法使用", en: "a certificate or key of the TLS settings cannot be used" },
    advice: {
      zh: "请检查 TLS 配置：文件应为 PEM 格式，私钥与证书配对，口令正确。",
      en: "Check the TLS settings: files in PEM form, the key that belongs to the certificate, the right passphrase.",
    },
  },
  "tls-plain": {
    text: { zh: "该端口不使用 TLS", en: "this port does not speak TLS" },
    advice: {
      zh: "请核对端口（TLS 通常为 5671，不加密为 5672）和“加密连接”设置。",
      en: "Check the port (5671 with TLS as a rule, 5672 without) and the encryption setting.",
    },
  },
  "tls-version": {
    text: { zh: "与服务器没有共同的 TLS 版本或算法", en: "no TLS version or cipher is common to both sides" },
    advice: {
      zh: "请升级 Node.js；仍不行的，请把诊断报告发给客服。",
      en: "Update Node.js; if that does not help, send the report to the service desk.",
    },
  },
  tls: {
    text: { zh: "TLS 握手失败", en: "the TLS handshake failed" },
    advice: {
      zh: "请检查 CA 证书、证书有效期、服务器名称和客户端证书。",
      en: "Check the CA, the certificates' validity, the server name and the client certificate.",
    },
  },
  "no-amqp": {
    text: { zh: "该端口上的服务不是 AMQP", en: "what listens on this port does not speak AMQP with us" },
    advice: {
      zh: "请核对主机、端口和“加密连接”设置；也可能被代理截断。",
      en: "Check host, port and the encryption setting; a proxy may stand in between.",
    },
  },
  login: {
    text: { zh: "服务器拒绝登录（ACCESS_REFUSED）", en: "the broker refused the login (ACCESS_REFUSED)" },
    advice: APPLIED,
  },
  vhost: {
    text: { zh: "虚拟主机不存在（NOT_FOUND）", en: "the virtual host does not exist (NOT_FOUND)" },
    advice: {
      zh: "请核对虚拟主机设置，或确认客户端配置已申请。",
      en: "Check the vhost, or whether the client's configuration was applied for.",
    },
  },
  "vhost-refused": {
    text: {
      zh: "该账号无权使用此虚拟主机（NOT_ALLOWED）",
      en: "the account may not use this virtual host (NOT_ALLOWED)",
    },
    advice: APPLIED,
  },
  limit: {
    text: { zh: "该账号的连接数已满", en: "the account has no further connection free" },
    advice: UNBIND,
  },
  queue: {
    text: { zh: "队列不存在（NOT_FOUND）", en: "the queue does not exist (NOT_FOUND)" },
    advice: {
      zh: "请核对队列名：不设时为 Q_Send<客户端ID>、Q_Recv<客户端ID>；官方 FAQ 中的发送队列是 Q_SendSW<客户端ID>，接收队列名没有公开资料。",
      en: "Check the queue's name: unset it is Q_Send<client id>, Q_Recv<client id>; the official FAQ shows Q_SendSW<client id> for sending, the receive queue's name is not public.",
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
  unacceptable: {
    text: {
      zh: "服务器不接受该报文的消息字段（PRECONDITION_FAILED）",
      en: "the broker does not accept what the message's fields say (PRECONDITION_FAILED)",
    },
    advice: {
      zh: "请核对 mq-send 的消息字段表：userId 须与登录用户一致，CC、BCC 须为列表。",
      en: "Check mq-send's table of message fields: userId has to be the user that logs in, CC and BCC have to be lists.",
    },
  },
  blocked: {
    text: { zh: "服务器暂停接收（内存或磁盘告警）", en: "the broker takes nothing now (memory or disk alarm)" },
    advice: {
      zh: "本机无需处理：文件会等待，服务器恢复后自动继续；持续出现时请联系单一窗口客服。",
      en: "Nothing can be mended here: files wait, and it goes on by itself when the broker has recovered; if it stays so, call the service desk.",
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
