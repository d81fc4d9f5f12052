/**
 * What a document costs with the ledger in PostgreSQL beside one in SQLite: one instance, a real Node-RED with example 01, a private server on the
 * same machine.
 *
 *     npm run build && npx tsx bench/stores.ts [documents a round] [rounds] [in flight]
 *
 * Documents a second, and CPU of Node-RED with its card and of the server, for each document. The two take turns in each round, so that
 * whatever else the machine does falls on both; on a busy one the CPU stays roughly true, the time does not.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import { startPrivatePostgres } from "../scripts/private-postgres.js";
import { removeScratch, scratch } from "../test/support/scratch.js";
import { openTheatre } from "../test/support/stage.js";
import { writeDocuments } from "./parts/documents.js";
import { cpuSeconds, median } from "./parts/measure.js";
import { Ours } from "./parts/ours.js";

const DOCUMENTS = Number(process.argv[2] ?? 500);
const ROUNDS = Number(process.argv[3] ?? 3);
const IN_FLIGHT = Number(process.argv[4] ?? 20);

interface Figures {
  rate: number;
  /** CPU milliseconds for a document. */
  client: number;
  server: number;
}

async function main(): Promise<void> {
  const dir = scratch();
  process.env.SW_PIN_GUARD = join(dir, "pin-guard");
  const [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
  const link = await connect(theatre.broker.url, { noDelay: true });
  const channel = await link.createConfirmChannel();
  const started: Ours[] = [];
  try {
    const inPostgres = { SW_LEDGER: `${postgres.url}?schema=bench&sslmode=disable`, PGPASSWORD: postgres.password };
    const stores = [
      { name: "SQLite", clientId: "STORE001", env: {} },
      { name: "PostgreSQL", clientId: "STORE002", env: inPostgres },
    ];
    const found = new Map<string, Figures[]>();
    for (const { clientId, env } of stores)
      started.push(await Ours.start(channel, { theatre, clientId, env, inFlight: IN_FLIGHT }));
    const server = () => cpuSeconds(postgres.pids().slice(0, 1));
    for (let round = 0; round < ROUNDS; round++)
      for (const [index, { name }] of stores.entries()) {
        const folder = join(dir, `documents-${round}-${index}`, "in");
        const { names } = await writeDocuments(folder, "16 KB bare", DOCUMENTS);
        const before = server();
        const { seconds, cpu } = await (started[index] as Ours).run(folder, names);
        const each = (used: number) => (1000 * used) / DOCUMENTS;
        const figures = { rate: DOCUMENTS / seconds, client: each(cpu), server: each(server() - before) };
        rmSync(join(folder, ".."), { recursive: true });
        found.set(name, [...(found.get(name) ?? []), figures]);
        console.log(`round ${round + 1}  ${line(name, figures)}`);
      }
    const of = (name: string, what: keyof Figures) => median((found.get(name) ?? []).map((one) => one[what]));
    const medianOf = (name: string) => ({
      rate: of(name, "rate"),
      client: of(name, "client"),
      server: of(name, "server"),
    });
    const [sqlite, other] = [medianOf("SQLite"), medianOf("PostgreSQL")];
    console.log(`median   ${line("SQLite", sqlite)}\nmedian   ${line("PostgreSQL", other)}`);
    const ratio = (one: number, two: number) => (one / two).toFixed(2);
    const whole = (other.client + other.server) / sqlite.client;
    console.log(
      `PostgreSQL against SQLite: ${ratio(other.rate, sqlite.rate)}x documents a second, ${ratio(other.client, sqlite.client)}x CPU of Node-RED, ${whole.toFixed(2)}x with the server's`,
    );
  } finally {
    for (const one of started) await one.stop();
    await link.close().catch(() => undefined);
    await theatre.close();
    await postgres.stop();
    removeScratch();
  }
}

function line(name: string, { rate, client, server }: Figures): string {
  const costs = `${client.toFixed(2)} CPU ms a document${server > 0.005 ? `, the server ${server.toFixed(2)}` : ""}`;
  return `${name.padEnd(11)} ${rate.toFixed(0).padStart(4)}/s, ${costs}`;
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
