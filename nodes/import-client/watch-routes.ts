import { createHash, timingSafeEqual } from "node:crypto";
import type { NodeAPI } from "node-red";
import { askedByPerson } from "../../lib/asked.js";
import { seenInstances } from "../../lib/client/seen-instances.js";
import { bothLanguages, codeOf, ImportClientError, messageOf } from "../../lib/errors.js";
import { faultOf } from "../../lib/fault.js";
import type { Ledger } from "../../lib/ledger/index.js";
import { Metrics } from "../../lib/metrics/metrics.js";
import { outBoxesOf } from "../../lib/metrics/out-boxes.js";
import type { ClientSnapshot, InstancesSnapshot, Snapshot } from "../../lib/metrics/snapshot.js";
import type { CardState } from "../../lib/signing/types.js";
import { Tracing } from "../../lib/tracing/tracing.js";
import { whyNotBegun } from "../beginning.js";
import { brokerNodes, cardNodes, type ImportClientNode } from "../registry.js";

interface Request {
  headers: Record<string, string | undefined>;
}
interface Response {
  status(code: number): Response;
  set(headers: Record<string, string>): Response;
  json(body: unknown): void;
  send(body: string): void;
}
type Handler = (request: Request, response: Response, next: () => void) => void;

/** What a program that watches the machine asks: metrics, and whether it is well. */
export interface WatchRoutes {
  /** Counts what happens to the documents of a client that was opened. */
  follow(node: ImportClientNode): void;
}

/**
 * `GET /single-window/metrics` behind Node-RED's permission `single-window.read`, or by the token in `SW_METRICS_TOKEN`; and
 * `GET /single-window/health`, which says no names and asks for no login. Registered once a runtime.
 */
export function registerWatchRoutes(RED: NodeAPI, nodes: ReadonlyMap<string, ImportClientNode>): WatchRoutes {
  let opening: Promise<Metrics> | undefined;
  const followed = new WeakSet<object>();
  const tracing = Tracing.open();
  const metrics = () => {
    opening ??= Metrics.open();
    opening.catch(() => {
      // Somebody may install it meanwhile.
      opening = undefined;
    });
    return opening;
  };
  const permission = RED.auth.needsPermission("single-window.read") as unknown as Handler;
  const may: Handler = (request, response, next) =>
    bearsToken(request) ? next() : permission(request, response, next);

  RED.httpAdmin.get(
    "/single-window/metrics",
    may as never,
    ((_request: Request, response: Response) => {
      askedByPerson(() => scrape(metrics, nodes)).then(
        ({ type, body }) => response.set({ "content-type": type, "cache-control": "no-store" }).send(body),
        (error) => {
          const code = codeOf(error) ?? "SW-FAULT";
          const advice = error instanceof ImportClientError ? error.advice : undefined;
          const said = [messageOf(error), advice && bothLanguages(advice)].filter(Boolean).join("\n");
          response.status(code === "SW-PREREQUISITE" ? 501 : 500).json({ code, message: said });
        },
      );
    }) as never,
  );

  RED.httpAdmin.get("/single-window/health", ((_request: Request, response: Response) => {
    hindrances(nodes)
      .catch(() => ["fault"])
      .then((reasons) => {
        const ready = reasons.length === 0;
        response
          .status(ready ? 200 : 503)
          .set({ "cache-control": "no-store" })
          .json({ live: true, ready, ...(!ready && { reasons }) });
      });
  }) as never);

  RED.httpAdmin.get("/single-window/health/live", ((_request: Request, response: Response) => {
    response.set({ "cache-control": "no-store" }).json({ live: true });
  }) as never);

  return {
    follow(node) {
      const client = node.opening?.client;
      if (!client || followed.has(client)) return;
      followed.add(client);
      tracing?.follow(client);
      metrics().then(
        (made) => made.follow(client),
        () => undefined, // Said to whoever asks for the metrics.
      );
    },
  };
}

const digest = (text: string) => createHash("sha256").update(text).digest();

/** Compared by their digests, so that neither length nor time tells anything of the token. */
function bearsToken({ headers }: Request): boolean {
  const token = process.env.SW_METRICS_TOKEN ?? "";
  const [scheme = "", given = ""] = (headers.authorization ?? "").split(" ");
  return token !== "" && /^bearer$/i.test(scheme) && timingSafeEqual(digest(given), digest(token));
}

/** What a card says of itself when nothing can be signed until somebody does something about it. */
const STOPPED = new Set<CardState>(["absent", "closed", "locked", "expired", "not-yet-valid"]);

/**
 * Why documents or receipts wait now, in words for programs, without a name: the code of a client that is not open or whose ledger takes
 * nothing, of a folder that cannot be used or that nobody watches, what keeps a broker in use from sending or receiving (its connection,
 * its login, a queue that is missing or full, a right that is), an instance that has the link for all and does not reach the broker, a node
 * that its settings keep from working, the state of a card that cannot sign. None = it is ready.
 */
async function hindrances(nodes: ReadonlyMap<string, ImportClientNode>): Promise<string[]> {
  const clients = [...nodes.values()];
  const cards = await Promise.all([...cardNodes.values()].map((node) => node.report()));
  const reasons = [
    ...(clients.length === 0 ? ["no-client"] : []),
    ...clients.map(({ opening, fault }) =>
      fault ? faultOf(fault).code : (opening?.fault?.code ?? (opening?.client ? "" : "opening")),
    ),
    ...clients.map(({ opening }) => (opening?.client?.link.waitsForLeader ? "leader-disconnected" : "")),
    ...clients.flatMap(({ opening }) => opening?.client?.standing.hindrances() ?? []),
    ...[...brokerNodes.values()].map((node) => (node.inUse() ? node.hindrance() : "")),
    ...whyNotBegun(),
    ...cards.map(({ state }) => (STOPPED.has(state) ? `card-${state}` : "")),
  ];
  return [...new Set(reasons)].filter(Boolean);
}

async function scrape(metrics: () => Promise<Metrics>, nodes: ReadonlyMap<string, ImportClientNode>) {
  const made = await metrics();
  return made.text(await snapshotOf(nodes));
}

async function snapshotOf(nodes: ReadonlyMap<string, ImportClientNode>): Promise<Snapshot> {
  const [clients, brokers, cards] = await Promise.all([
    Promise.all([...nodes.values()].map(clientSnapshot)),
    Promise.all([...brokerNodes.values()].map((node) => node.report())),
    Promise.all([...cardNodes.values()].map((node) => node.report())),
  ]);
  return {
    clients,
    // What another instance has the link to is that one's to tell.
    brokers: brokers
      .filter(({ state }) => state !== "standby")
      .map(({ id, name, state, queues }) => ({
        name: name || id,
        connected: state === "connected" || state === "blocked",
        queues,
      })),
    cards: cards.map(({ id, name, state, notAfter }) => ({ name: name || id, state, notAfter })),
  };
}

async function clientSnapshot({ settings, opening }: ImportClientNode): Promise<ClientSnapshot> {
  const client = opening?.client;
  const fault = opening ? (opening.fault?.code ?? "") : "SW-CONFIG";
  const counts = await client?.ledger.counts().catch(() => undefined);
  const unsettled = await client?.ledger.unsettled({ after: "", limit: 1 }).catch(() => undefined);
  const [oldest] = unsettled ?? [];
  return {
    clientId: settings?.clientId ?? "",
    environment: settings?.environment ?? "",
    open: client !== undefined && fault === "",
    fault,
    counts,
    ledgerUp: client !== undefined && counts !== undefined,
    oldestOpen: client && oldest ? Math.max(0, (client.clock.now() - oldest.claimedAt) / 1000) : unsettled && 0,
    inFlight: client?.claims.inFlight.count() ?? 0,
    instances: client && (await instancesOf(client.ledger)),
    boxes: client ? await outBoxesOf(client) : [],
  };
}

/** Undefined where nobody shares the ledger, or while it cannot be asked. */
async function instancesOf(ledger: Ledger): Promise<InstancesSnapshot | undefined> {
  const seen = await seenInstances(ledger).catch(() => []);
  if (seen.length === 0) return undefined;
  const number = (wanted: string) => seen.filter(({ standing }) => standing === wanted).length;
  return { alive: number("alive"), silent: number("silent"), leads: seen.some(({ own, leads }) => own && leads) };
}
