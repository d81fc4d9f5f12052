import { hostname, release } from "node:os";
import type { ServerFacts } from "../amqp/handshake.js";
import type { ClientSettings } from "../client/settings.js";
import { packageVersion } from "../version.js";
import type { Step } from "./step.js";

/** Facts that the texts name beside the steps. None of them is a secret. */
export interface ReportFacts {
  client: ClientSettings | undefined;
  server: ServerFacts | undefined;
  /** Of what carries us: `{"Node-RED": "4.1.2"}`. */
  versions: Readonly<Record<string, string>>;
  /** From the card's certificate; empty where no card could be read. */
  companyName: string;
}

/** Text to paste to the service desk (faq 9): who, which environment, which versions, and every step. Both languages. */
export function reportText(facts: ReportFacts, steps: readonly Step[]): string {
  const { client, server, versions } = facts;
  const kit = { "node-red-import-client": packageVersion(), "Node.js": process.versions.node, ...versions };
  const lines = [
    `${new Date().toISOString()} ${hostname()} ${process.platform} ${release()}`,
    ...Object.entries(kit).map(([name, version]) => `${name} ${version}`),
  ];
  if (server) lines.push(`${server.product} ${server.version} ${server.platform}`.trim());
  if (client) lines.push(...identity(client));
  for (const { step, ok, warning, ms, code, fault, text, advice } of steps) {
    const result = ok ? (warning ? "!" : "ok") : ["x", code, fault].filter(Boolean).join(" ");
    lines.push(`[${result}] ${step} (${ms} ms): ${text.zh} / ${text.en}`);
    if (advice && (!ok || warning)) lines.push(`    → ${advice.zh} / ${advice.en}`);
  }
  return lines.join("\n");
}

/**
 * What the form for a change of region asks for (faq B3), with what this client knows filled in. The rest is left for the
 * company to write; it goes to the service desk stamped, as a PDF.
 */
export function changeForm({ client, companyName }: ReportFacts): string {
  const blank = "________";
  return [
    "单一窗口导入客户端 服务地区变更申请 / request to change the service region",
    `申请说明 request: 服务地区由 from ${client?.region || blank} 变更为 to ${blank}`,
    `客户端 ID client ID: ${client?.clientId || blank}`,
    `操作员账号 operator account: ${blank}`,
    `公司名称 company name: ${companyName || blank}`,
    `组织机构代码 organisation code: ${client?.orgCode || blank}`,
    `统一社会信用代码 unified social credit code: ${blank}`,
    `海关编码 customs code: ${client?.customsCode || blank}`,
    `环境 environment: ${client?.environment ?? blank}`,
    "盖公章后转为 PDF 发送给单一窗口客服 / stamp it, send it to the service desk as a PDF",
  ].join("\n");
}

function identity({ environment, clientId, orgCode, customsCode, region }: ClientSettings): string[] {
  return [
    `环境 environment: ${environment}`,
    `客户端 ID client ID: ${clientId}`,
    `组织机构代码 organisation code: ${orgCode}`,
    `海关编码 customs code: ${customsCode}`,
    `关区 region: ${region}`,
  ];
}
