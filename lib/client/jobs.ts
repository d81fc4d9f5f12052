import type { Clock } from "../clock.js";
import { CheckBoxes } from "./check-boxes.js";
import { HeldUp } from "./held-up.js";
import type { ImportClient } from "./import-client.js";
import { MissingFiles } from "./missing-files.js";
import { applyRetention } from "./retention.js";
import { UnreachedBroker } from "./unreached-broker.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Between two comparisons of rows and files. */
const RECONCILE = 15 * SECOND;

/** What a client does again and again until it closes. Returns what ends it. */
export function startJobs(client: ImportClient): () => void {
  const every = (period: number, job: () => Promise<unknown>) =>
    repeat(client.clock, period, job, (error) => client.reports.fault(error));
  const missing = new MissingFiles(client);
  const checkBoxes = new CheckBoxes(client);
  const unreached = new UnreachedBroker(client);
  const heldUp = new HeldUp(client);
  // Of several instances one does what only one may do.
  const follows = () => !client.lease.leads;
  const ends = [
    every(2 * SECOND, () => client.lease.check()),
    ...(client.link.single
      ? [every(SECOND / 2, async () => client.link.look()), every(SECOND, () => unreached.look())]
      : []),
    every(2 * SECOND, async () => client.lease.fault ?? client.writes.tryAgain()),
    every(HOUR, () => client.lease.renewMark()),
    every(RECONCILE, async () => client.lease.fault ?? client.reconciler.compare().then(() => heldUp.tell())),
    every(MINUTE / 2, () => reportOverdueClaims(client)),
    every(MINUTE / 2, () => client.intake.putAside.tellMore()),
    every(MINUTE / 2, () => client.unwatched.look()),
    every(HOUR, async () => follows() || removeOld(client)),
    every(HOUR / 2, async () => follows() || missing.check()),
    every(2 * SECOND, async () => follows() || client.lease.fault || checkBoxes.look()),
  ];
  return () => {
    for (const end of ends) end();
  };
}

async function removeOld(client: ImportClient): Promise<void> {
  const { settings, reports, time } = client;
  const now = await time.now();
  if (client.lease.fault) return;
  await applyRetention(client, now);
  reports.removeBefore(now - settings.retentionDays * 24 * HOUR);
}

/** Runs a job every so many milliseconds, never twice at a time; its faults are reported and stop nothing. */
function repeat(clock: Clock, period: number, job: () => Promise<unknown>, report: (error: unknown) => void) {
  let running = false;
  return clock.every(period, () => {
    if (running) return;
    running = true;
    job()
      .catch(report)
      .finally(() => {
        running = false;
      });
  });
}

/** A flow that never settles a claim must not keep it in silence: reported once; a restart gives the claim out again. */
async function reportOverdueClaims(client: ImportClient): Promise<void> {
  const limit = client.settings.claimTimeout * SECOND;
  if (limit <= 0) return;
  for (const { id } of client.claims.inFlight.overdue(limit)) {
    const row = await client.ledger.get(id);
    if (!row || row.settled || row.state === "sending" || row.state === "unknown") continue;
    client.record("unsettled", id, row.fileName, "SW-CLAIM", row.state);
    client.notice(
      "SW-CLAIM",
      `单据 ${row.fileName} 已被取走但流程一直没有结束它（${row.state}），请检查流程是否接到 settle`,
      `${row.fileName} was claimed and its flow has not settled it (${row.state}): is every way wired to settle?`,
    );
  }
}
