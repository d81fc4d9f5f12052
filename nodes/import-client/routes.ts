import type { NodeAPI } from "node-red";
import { withEnglish } from "../../lib/advice/index.js";
import { adviceOnEnded } from "../../lib/boxes/ended.js";
import { adviceOn } from "../../lib/client/document-advice.js";
import { archiveDocument } from "../../lib/client/document-archive.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { knownCounts } from "../../lib/client/last-counts.js";
import type { ClientOpening } from "../../lib/client/opening.js";
import { holdDocument, overrideDuplicate, releaseDocument, resendDocument } from "../../lib/client/person.js";
import { faultShown } from "../../lib/client/picture.js";
import { seenInstances, withInstances } from "../../lib/client/seen-instances.js";
import { storyOf } from "../../lib/client/story.js";
import { ImportClientError, unknownDocument } from "../../lib/errors.js";
import { assertKnownFields, readDocumentQuery } from "../../lib/ledger/read-query.js";
import { exampleFlow } from "../../lib/migrate/example.js";
import { flowOf } from "../../lib/migrate/flow.js";
import { readOfficialSettings } from "../../lib/migrate/official-settings.js";
import { planOf } from "../../lib/migrate/plan.js";
import { answer, answerFaults, Download, personOf } from "../admin.js";
import { runDiagnose } from "../diagnose/run.js";
import { bundleOf } from "../documents/bundle.js";
import { registerPage } from "../page/routes.js";
import { backendsOf, brokerNodes, cardNodes, type ImportClientNode } from "../registry.js";
import { hindrancesOf } from "./hindrances.js";

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The admin routes of design.md, each behind Node-RED's own permission; registered once a runtime. */
export function registerRoutes(RED: NodeAPI, nodes: ReadonlyMap<string, ImportClientNode>): void {
  const may = (permission: "read" | "write") => RED.auth.needsPermission(`single-window.${permission}`);
  /** Those that are open now; `status` shows the others. */
  async function clients(): Promise<{ node: ImportClientNode; client: ImportClient }[]> {
    const ready: { node: ImportClientNode; client: ImportClient }[] = [];
    for (const node of nodes.values()) if (node.opening?.client) ready.push({ node, client: node.opening.client });
    return ready;
  }

  function openingOf(id: string): ClientOpening {
    const opening = nodes.get(id)?.opening;
    if (opening) return opening;
    throw noSuchClient();
  }

  /** A client that is not open for its ledger: what it has is not nothing. Throws that fault. */
  function assertLedger(which: (node: ImportClientNode) => boolean): void {
    for (const node of nodes.values()) {
      const { client, fault } = node.opening ?? {};
      if (which(node) && !client && fault?.code === "SW-LEDGER") throw fault;
    }
  }

  async function owner(id: string): Promise<{ node: ImportClientNode; client: ImportClient }> {
    const open = await clients();
    const asked = await Promise.allSettled(open.map(({ client }) => client.ledger.get(id)));
    const found = open[asked.findIndex((one) => one.status === "fulfilled" && one.value)];
    if (found) return found;
    // It may be in the one that cannot be asked.
    for (const one of asked) if (one.status === "rejected") throw one.reason;
    assertLedger(() => true);
    throw unknownDocument();
  }

  registerPage(RED, owner);

  RED.httpAdmin.get(
    "/single-window/documents",
    may("read"),
    answer(async ({ query: given }) => {
      // Node-RED itself takes a token in the address.
      assertKnownFields(given, ["client", "access_token"]);
      const query = readDocumentQuery(given);
      const limit = Math.min(query.limit ?? 50, 500);
      const wanted = text(given.client);
      // One that lacks settings is deployed, and has no documents yet: `status` says what it lacks.
      if (wanted !== "" && !nodes.has(wanted)) throw noSuchClient();
      assertLedger(({ id }) => wanted === "" || id === wanted);
      const asked = (await clients()).filter(({ node }) => wanted === "" || node.id === wanted);
      const pages = asked.map(async ({ client: { ledger, advice } }) => {
        const rows = await withInstances(ledger, await ledger.query({ ...query, limit }));
        return rows.map((row) => withEnglish(row, advice));
      });
      const found = (await Promise.all(pages)).flat();
      const documents = found.sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
      return { documents, next: documents.length === limit ? (documents.at(-1)?.id ?? null) : null };
    }),
  );

  RED.httpAdmin.get(
    "/single-window/documents/:id",
    may("read"),
    answer(async ({ params }) => {
      const id = params.id ?? "";
      const { node, client } = await owner(id);
      const story = await storyOf(client.ledger, id);
      // What to do about the code that the document bears, where no receipt says it.
      const ended = story && adviceOnEnded(story.document, story.events);
      const document = story && withEnglish(story.document, client.advice);
      const receipts = story?.receipts.map((receipt) => withEnglish(receipt, client.advice));
      const advice = ended ?? (story && adviceOn(story.document, backendsOf(node.id))) ?? null;
      const waitsFor = story ? hindrancesOf(node, story.document) : [];
      return { ...story, document, receipts, advice, waitsFor };
    }),
  );

  // It carries the declaration itself, which a mere reader does not get to see.
  RED.httpAdmin.get(
    "/single-window/documents/:id/bundle",
    may("write"),
    answer(async ({ params }) => {
      const id = params.id ?? "";
      const { node, client } = await owner(id);
      const { fileName, bytes } = await bundleOf(RED, client, node.id, id);
      return new Download("support.zip", fileName, bytes);
    }),
  );

  // Another one to hand out, which the audit says.
  RED.httpAdmin.get(
    "/single-window/documents/:id/archive",
    may("write"),
    answer(async (request) => {
      const id = request.params.id ?? "";
      const { fileName, bytes } = await archiveDocument((await owner(id)).client, id, personOf(request));
      return new Download("archive.zip", fileName, bytes);
    }),
  );

  for (const [action, act] of [
    ["resend", resendDocument],
    ["release", releaseDocument],
    ["override", overrideDuplicate],
    ["hold", holdDocument],
  ] as const) {
    RED.httpAdmin.post(
      `/single-window/documents/:id/${action}`,
      may("write"),
      answer(async (request) => {
        const id = request.params.id ?? "";
        const { reason, as, until } = (request.body ?? {}) as { reason?: unknown; as?: unknown; until?: unknown };
        const word = { reason: text(reason), as: text(as), until: Number(until ?? 0), by: personOf(request) };
        return act((await owner(id)).client, id, word);
      }),
    );
  }

  RED.httpAdmin.post(
    "/single-window/cards/:id/release",
    may("write"),
    answer(async (request) => {
      const card = cardNodes.get(request.params.id ?? "");
      if (!card) throw new ImportClientError("SW-UNKNOWN-CARD", { zh: "没有这个卡节点", en: "there is no such card" });
      return card.release(text((request.body as { reason?: unknown } | undefined)?.reason), personOf(request));
    }),
  );

  RED.httpAdmin.get(
    "/single-window/status",
    may("read"),
    answer(async () => {
      const openings = [...nodes.values()];
      const brokers = await Promise.all([...brokerNodes.values()].map((node) => node.report()));
      const cards = await Promise.all([...cardNodes.values()].map((node) => node.report()));
      return Promise.all(
        openings.map(async (node) => {
          const { client } = node.opening ?? {};
          const [known, instances] = await Promise.all([
            client && knownCounts(client.ledger, client.clock.now()),
            client && seenInstances(client.ledger).catch(() => undefined),
          ]);
          const fault = node.opening ? (node.opening.fault ?? known?.fault) : node.fault;
          return {
            client: {
              id: node.id,
              name: node.name ?? "",
              environment: node.settings?.environment ?? "",
              clientId: node.settings?.clientId ?? "",
            },
            // Why it is not open, or may not work: `reason` says what a person can confirm.
            fault: fault ? faultShown(fault) : null,
            // What is wrong as long as it is so, and stops nothing else: files that may not be read, receipts that were put aside.
            standing: node.opening?.client?.standing.list() ?? [],
            // What lies in the OutBoxes and waits for its PDFs, or to be finished: how many, and the first of them.
            waiting: client?.waiting.list() ?? { count: 0, files: [] },
            counts: known?.counts ?? {},
            // When they were so: null = now, 0 = never known to this process.
            countsAt: known ? known.countsAt : 0,
            inFlight: node.opening?.client?.claims.inFlight.count() ?? 0,
            brokers: brokers.filter(({ client: id }) => id === "" || id === node.id),
            cards: cards.filter(({ client: id }) => id === "" || id === node.id),
            // Those who share the ledger; none where this process has it for itself.
            instances: instances ?? [],
          };
        }),
      );
    }),
  );

  // How a client stands: whose root it is, what is open in it, and what there is to confirm.
  RED.httpAdmin.get(
    "/single-window/clients/:id",
    may("read"),
    answer(async ({ params }) => openingOf(params.id ?? "").picture()),
  );

  RED.httpAdmin.post(
    "/single-window/clients/:id/confirm",
    may("write"),
    answer(async (request) => {
      const { what, reason } = (request.body ?? {}) as { what?: unknown; reason?: unknown };
      const opening = openingOf(request.params.id ?? "");
      if (what === "owner" || what === "root" || what === "ledger" || what === "clock") {
        return opening.confirm(what, text(reason), personOf(request));
      }
      throw new ImportClientError("SW-REQUEST", { zh: "未知的确认事项", en: "confirm owner, root, ledger or clock" });
    }),
  );

  // The official client's settings, without what is secret in them, as settings of ours and as a flow; nothing is changed by it.
  RED.httpAdmin.post(
    "/single-window/import-settings",
    may("write"),
    answer(async ({ body }) => {
      const settings = await readOfficialSettings(
        Buffer.from(text((body as { settings?: unknown } | undefined)?.settings)),
      );
      const plan = planOf(settings, {}, process.platform);
      return { ...plan, flow: flowOf(exampleFlow(), plan) };
    }),
  );

  RED.httpAdmin.post(
    "/single-window/diagnose",
    may("write"),
    answer(async ({ body }) => {
      const { client, broker, card } = (body ?? {}) as Record<string, unknown>;
      const one = text(broker) !== "" || text(card) !== "";
      const owner = text(client) || ownerOf(text(broker), text(card)) || (nodes.keys().next().value ?? "");
      const wanted = {
        client: owner,
        broker: text(broker) || (one ? "" : firstOf(brokerNodes, owner)),
        card: text(card) || (one ? "" : firstOf(cardNodes, owner)),
      };
      for (const id of Object.values(wanted)) {
        if (id === "" || RED.nodes.getNode(id)) continue;
        throw new ImportClientError(
          "SW-UNKNOWN-NODE",
          { zh: "该节点尚未部署", en: "this node is not deployed yet" },
          { advice: { zh: "请先部署，再测试。", en: "Deploy first, then test." } },
        );
      }
      return runDiagnose(RED, wanted);
    }),
  );

  answerFaults(RED.httpAdmin);
}

const noSuchClient = () =>
  new ImportClientError("SW-UNKNOWN-NODE", { zh: "没有这个客户端", en: "there is no such client" });

/** The first node that belongs to a client, or to any. */
function firstOf(known: ReadonlyMap<string, { client: string }>, owner: string): string {
  for (const [id, { client }] of known) if (client === owner || client === "") return id;
  return "";
}

/** The client that a broker or card belongs to. */
function ownerOf(broker: string, card: string): string {
  return brokerNodes.get(broker)?.client || cardNodes.get(card)?.client || "";
}
