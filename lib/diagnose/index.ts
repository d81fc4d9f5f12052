import { hostname, release } from "node:os";
import { type TestedQueues, testConnection } from "../amqp/connection-test.js";
import type { BrokerSettings } from "../amqp/settings.js";
import type { ImportClient } from "../client/import-client.js";
import { configError } from "../client/settings.js";
import type { CardBackend } from "../signing/types.js";
import { checkCard, checkPin } from "./card.js";
import { checkFolders } from "./folders.js";
import { checkAdapters } from "./network.js";
import { type Step, takeStep } from "./step.js";

export type { Step } from "./step.js";

/** What is to be tested; what is left out is not. */
export interface Subjects {
  client?: ImportClient | undefined;
  broker?: { settings: BrokerSettings; queues: TestedQueues } | undefined;
  card?: { backend: () => Promise<CardBackend>; hasPin: boolean } | undefined;
}

export interface Diagnosis {
  /** No step failed; warnings do not count. */
  ok: boolean;
  steps: Step[];
  /** Text to paste to the service desk or into the change form (faq B3, 9). No secrets. */
  report: string;
}

/** The connection test and self-check of the FAQ. Never rejects; every failure is a step. */
export async function diagnose({ client, broker, card }: Subjects): Promise<Diagnosis> {
  const steps: Step[] = [];
  if (client) {
    steps.push(
      await takeStep("client", () => {
        const { environment, clientId, orgCode, customsCode, region } = client.settings;
        if (!orgCode || !customsCode) {
          throw configError(
            "orgCode, customsCode",
            "未设置组织机构代码或海关十位编码",
            "organisation code or customs code is not set",
          );
        }
        const facts = `${environment} ${clientId} ${orgCode} ${customsCode} ${region}`;
        return { text: { zh: facts, en: facts } };
      }),
      await takeStep("folders", () => checkFolders(client.folders)),
      await takeStep("ledger", async () => {
        await client.ledger.setFact("diagnosed", new Date().toISOString());
        const counts = Object.entries(await client.ledger.counts())
          .filter(([, count]) => count > 0)
          .map(([state, count]) => `${state} ${count}`)
          .join(", ");
        return {
          text: { zh: `台账可写；${counts || "无单据"}`, en: `the ledger can be written; ${counts || "no documents"}` },
        };
      }),
    );
  }
  steps.push(await takeStep("network", () => checkAdapters()));
  if (broker) steps.push(...(await testConnection(broker.settings, broker.queues)));
  if (card) {
    steps.push(await takeStep("pin", () => checkPin(card.hasPin)));
    steps.push(await takeStep("card", async () => checkCard(await card.backend())));
  }
  return { ok: steps.every(({ ok }) => ok), steps, report: reportOf(client, steps) };
}

function reportOf(client: ImportClient | undefined, steps: readonly Step[]): string {
  const lines = [
    `${new Date().toISOString()} ${hostname()} ${process.platform} ${release()} Node.js ${process.version}`,
  ];
  if (client) {
    const { environment, clientId, orgCode, customsCode, region } = client.settings;
    lines.push(
      `环境 environment: ${environment}`,
      `客户端 ID client id: ${clientId}`,
      `组织机构代码 organisation code: ${orgCode}`,
      `海关编码 customs code: ${customsCode}`,
      `关区 region: ${region}`,
    );
  }
  for (const { step, ok, warning, ms, code, text } of steps) {
    lines.push(`[${ok ? (warning ? "!" : "ok") : `x ${code ?? ""}`}] ${step} (${ms} ms): ${text.zh} / ${text.en}`);
  }
  return lines.join("\n");
}
