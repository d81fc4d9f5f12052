import type { BrokerSettings } from "../amqp/settings.js";
import type { ImportClient } from "../client/import-client.js";
import type { CardNeeds } from "../signing/backends.js";
import { type BrokerReport, testBroker } from "./broker.js";
import { CARD_LIMIT, checkCard, checkPin, isPinless, type TestedCard } from "./card.js";
import { checkCompany } from "./company.js";
import { type TestedLedger, testDatabase } from "./database.js";
import { checkEnvironments, type Neighbour } from "./environment.js";
import { checkFolders } from "./folders.js";
import { checkLedger } from "./ledger.js";
import { checkAdapters } from "./network.js";
import { checkPrerequisites } from "./prerequisites.js";
import type { TestedQueue } from "./queue.js";
import { changeForm, reportText } from "./report.js";
import { type Finding, type Step, takeStep } from "./step.js";

export type { Neighbour } from "./environment.js";
export type { TestedQueue } from "./queue.js";
export type { Step } from "./step.js";

export interface CardSubject {
  backend: () => Promise<TestedCard>;
  hasPin: boolean;
  /** Absent where its settings cannot be used. */
  needs?: CardNeeds;
}

/** What is to be tested; what is left out is not. A function that rejects is a failed step. */
export interface Subjects {
  client?: () => Promise<ImportClient>;
  /** Where the client's ledger is set to lie, whether the client could be opened or not. */
  ledger?: TestedLedger;
  broker?: () => {
    settings: BrokerSettings;
    queues: readonly TestedQueue[];
    /** There are queues whose names follow from a client ID that is not known yet: they are not in `queues`. */
    unnamed?: boolean;
  };
  card?: CardSubject;
  /** Every import client of this Node-RED. */
  neighbours?: readonly Neighbour[];
  /** Versions for the report, beside our own and Node.js's. */
  versions?: Readonly<Record<string, string>>;
}

export interface Diagnosis {
  /** No step failed; warnings do not count. */
  ok: boolean;
  steps: Step[];
  /** Text to paste to the service desk (faq 9). No secrets. */
  report: string;
  /** Text for the form that changes the service region (faq B3). */
  changeForm: string;
}

/**
 * The connection test and self-check of the FAQ. Never rejects; every failure is a step. What does not wait for each other
 * is tested at the same time, so that a card control that is not there costs no broker its seconds.
 */
export async function diagnose({
  client,
  ledger,
  broker,
  card,
  neighbours,
  versions = {},
}: Subjects): Promise<Diagnosis> {
  let opened: ImportClient | undefined;
  let companyName = "";
  const own: Step[] = [];
  if (client) {
    // First of all: who sends and receives is known once the client is open.
    const company = await takeStep("client", async () => {
      opened = await client();
      return checkCompany(opened.settings);
    });
    own.push(company);
  }
  const known = opened;
  const [places, network, brokerReport, cards] = await Promise.all([
    (async () => {
      const steps: Step[] = ledger ? await testDatabase(ledger) : [];
      if (known) {
        steps.push(await takeStep("folders", () => checkFolders(known.folders)));
        steps.push(await takeStep("ledger", () => checkLedger(known)));
      }
      steps.push(await takeStep("prerequisites", () => checkPrerequisites(known?.settings, card?.needs)));
      return steps;
    })(),
    (async () => {
      const steps = [await takeStep("network", () => checkAdapters())];
      if (neighbours) steps.push(await takeStep("environment", () => checkEnvironments(neighbours)));
      return steps;
    })(),
    broker ? testSettings(broker) : ({ steps: [] } satisfies BrokerReport as BrokerReport),
    card
      ? testCard(card, (name) => {
          companyName = name;
        })
      : [],
  ]);
  const steps = [...own, ...places, ...network, ...brokerReport.steps, ...cards];
  const facts = { client: known?.settings, server: brokerReport.server, versions, companyName };
  return {
    ok: steps.every(({ ok }) => ok),
    steps,
    report: reportText(facts, steps),
    changeForm: changeForm(facts),
  };
}

const QUEUES_UNNAMED: Step = {
  step: "queue",
  ok: true,
  warning: true,
  ms: 0,
  text: { zh: "客户端 ID 尚未确定：未测试队列", en: "the client ID is not known yet: the queues are not tested" },
  advice: {
    zh: "请先完成导入客户端的对话框，再测试一次。",
    en: "Finish the dialog of the import-client first, then test again.",
  },
};

/** Settings that cannot be used are a step of their own. */
async function testSettings(broker: NonNullable<Subjects["broker"]>): Promise<BrokerReport> {
  let known: ReturnType<typeof broker> | undefined;
  const step = await takeStep("broker", (): Finding => {
    known = broker();
    return { text: { zh: "", en: "" } };
  });
  if (!known) return { steps: [step] };
  const report = await testBroker(known.settings, known.queues);
  return known.unnamed ? { ...report, steps: [...report.steps, QUEUES_UNNAMED] } : report;
}

/** Without a PIN the card is not touched at all (faq 13). */
async function testCard({ backend, hasPin }: CardSubject, tellCompany: (name: string) => void): Promise<Step[]> {
  let card: TestedCard | undefined;
  const opened = await takeStep("card", async (): Promise<Finding> => {
    card = await backend();
    return { text: { zh: "", en: "" } };
  });
  const known = card;
  if (!known) return [opened];
  const pinless = isPinless(known.kind);
  const pin = await takeStep("pin", () => checkPin(hasPin, known.state, pinless));
  if (!hasPin && !pinless) return [pin];
  const reached = await takeStep(
    "card",
    async () => {
      const finding = await checkCard(known);
      tellCompany((await known.identity()).companyName);
      return finding;
    },
    CARD_LIMIT,
  );
  return [pin, reached];
}
