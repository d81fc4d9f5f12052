import type { NodeAPI } from "node-red";
import type { ImportClient } from "../../lib/client/import-client.js";
import { releaseDocument, resendDocument } from "../../lib/client/person.js";
import { ImportClientError, messageOf } from "../../lib/errors.js";
import type { DocumentState } from "../../lib/ledger/index.js";
import { STATES } from "../../lib/ledger/states.js";
import { runDiagnose } from "../diagnose/run.js";
import { brokerNodes, cardNodes, type ImportClientNode } from "../registry.js";

interface Request {
  query: Record<string, unknown>;
  params: Record<string, string>;
  body?: unknown;
}
interface Response {
  status(code: number): Response;
  json(body: unknown): void;
}

const STATUS: Record<string, number> = {
  "SW-UNKNOWN-DOCUMENT": 404,
  "SW-UNKNOWN-CARD": 404,
  "SW-UNKNOWN-NODE": 404,
  "SW-STATE": 409,
  "SW-CONFIG": 400,
  "SW-REQUEST": 400,
};

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** The admin routes of design.md, each behind Node-RED's own permission; registered once a runtime. */
export function registerRoutes(RED: NodeAPI, nodes: ReadonlyMap<string, ImportClientNode>): void {
  const may = (permission: "read" | "write") => RED.auth.needsPermission(`single-window.${permission}`);
  const answer = (work: (request: Request) => Promise<unknown>) => (request: unknown, response: unknown) => {
    const reply = response as Response;
    work(request as Request).then(
      (body) => reply.json(body),
      (error) => {
        const code = error instanceof ImportClientError ? error.code : "SW-FAULT";
        const known = error instanceof ImportClientError ? { text: error.text, advice: error.advice } : {};
        reply.status(STATUS[code] ?? 500).json({ code, message: messageOf(error), ...known });
      },
    );
  };

  async function clients(): Promise<{ node: ImportClientNode; client: ImportClient }[]> {
    const ready: { node: ImportClientNode; client: ImportClient }[] = [];
    for (const node of nodes.values()) {
      const client = await node.ready.catch(() => undefined);
      if (client) ready.push({ node, client });
    }
    return ready;
  }

  async function owner(id: string): Promise<ImportClient> {
    for (const { client } of await clients()) if (await client.ledger.get(id)) return client;
    throw new ImportClientError("SW-UNKNOWN-DOCUMENT", { zh: "没有这个单据", en: "there is no such document" });
  }

  RED.httpAdmin.get(
    "/single-window/documents",
    may("read"),
    answer(async ({ query }) => {
      const states = text(query.state)
        .split(",")
        .filter((state): state is DocumentState => STATES.includes(state as DocumentState));
      const limit = Math.min(Math.max(Number(query.limit) || 50, 1), 500);
      const found = [];
      for (const { client } of await clients()) {
        found.push(
          ...(await client.ledger.query({
            ...(states.length > 0 && { state: states }),
            business: text(query.business),
            q: text(query.q),
            before: text(query.before),
            limit,
          })),
        );
      }
      const documents = found.sort((one, other) => (one.id < other.id ? 1 : -1)).slice(0, limit);
      return { documents, next: documents.length === limit ? (documents.at(-1)?.id ?? null) : null };
    }),
  );

  RED.httpAdmin.get(
    "/single-window/documents/:id",
    may("read"),
    answer(async ({ params }) => {
      const id = params.id ?? "";
      return (await owner(id)).ledger.story(id);
    }),
  );

  for (const [action, act] of [
    ["resend", resendDocument],
    ["release", releaseDocument],
  ] as const) {
    RED.httpAdmin.post(
      `/single-window/documents/:id/${action}`,
      may("write"),
      answer(async ({ params, body }) => {
        const id = params.id ?? "";
        const { reason, as } = (body ?? {}) as { reason?: unknown; as?: unknown };
        return act(await owner(id), id, { reason: text(reason), as: text(as) });
      }),
    );
  }

  RED.httpAdmin.post(
    "/single-window/cards/:id/release",
    may("write"),
    answer(async ({ params, body }) => {
      const card = cardNodes.get(params.id ?? "");
      if (!card) throw new ImportClientError("SW-UNKNOWN-CARD", { zh: "没有这个卡节点", en: "there is no such card" });
      return card.release(text((body as { reason?: unknown } | undefined)?.reason));
    }),
  );

  RED.httpAdmin.get(
    "/single-window/status",
    may("read"),
    answer(async () => {
      const brokers = await Promise.all([...brokerNodes.values()].map((node) => node.report()));
      const cards = await Promise.all([...cardNodes.values()].map((node) => node.report()));
      const ready = await clients();
      return Promise.all(
        ready.map(async ({ node, client }) => ({
          client: {
            id: node.id,
            name: node.name ?? "",
            environment: client.settings.environment,
            clientId: client.settings.clientId,
          },
          counts: await client.ledger.counts(),
          inFlight: client.claims.count(),
          brokers: brokers.filter(({ client: id }) => id === "" || id === node.id),
          cards: cards.filter(({ client: id }) => id === "" || id === node.id),
        })),
      );
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
}

/** The first node that belongs to a client, or to any. */
function firstOf(known: ReadonlyMap<string, { client: string }>, owner: string): string {
  for (const [id, { client }] of known) if (client === owner || client === "") return id;
  return "";
}

/** The client that a broker or card belongs to. */
function ownerOf(broker: string, card: string): string {
  return brokerNodes.get(broker)?.client || cardNodes.get(card)?.client || "";
}
