import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { verifyFolder } from "../../lib/audit/verify.js";
import type { DocumentInstance } from "../../lib/client/seen-instances.js";
import { SYSTEM_DISK } from "../../lib/files/disk.js";
import type { DocumentRow, EventRow } from "../../lib/ledger/index.js";
import type { SeenInstance } from "../../lib/ledger/instances.js";
import type { NodeRed } from "../../scripts/node-red.js";
import { type PrivatePostgres, startPrivatePostgres } from "../../scripts/private-postgres.js";
import { decXml, freshKey } from "../../simulator/samples/index.js";
import { axeFindings } from "../editor/axe.js";
import { launchBrowser } from "../editor/browser.js";
import { openPage } from "../editor/page-bench.js";
import { removeScratch } from "../support/scratch.js";
import { SharedStage } from "../support/shared-stage.js";
import { openTheatre, type Theatre } from "../support/stage.js";
import { until } from "../support/until.js";

type Shown = DocumentRow & { instance?: DocumentInstance };
interface Refused {
  code: string;
  message: string;
  advice?: { zh: string; en: string };
}

const REASON = { reason: "已核对" };
const LONG = 60_000;

/** Every document waits for a person before it goes on; one whose name says so stays in its flow for good. */
function withGate(nodes: Record<string, unknown>[]): void {
  const watch = nodes.find(({ type }) => type === "sw-folder-watch") ?? {};
  const { z, client, wires } = watch;
  nodes.push({ id: "gate", type: "sw-settle", z, client, outcome: "hold", holdReason: "approval", version: 1, wires });
  const keeps = "return msg.filename.startsWith('keep') ? null : msg;";
  nodes.push({ id: "keeps", type: "function", z, func: keeps, outputs: 1, wires: [["gate"]] });
  watch.wires = [["keeps"]];
}

/** What people see of two real Node-REDs that share a ledger, and what they may do from either (issue "several machines", 5). */
describe("two Node-REDs on one ledger, as people see them", function () {
  this.timeout(900_000);
  let theatre: Theatre;
  let postgres: PrivatePostgres;
  let shared: SharedStage;
  let browser: Browser;
  let both: [NodeRed, NodeRed];

  before(async () => {
    [theatre, postgres] = await Promise.all([openTheatre(), startPrivatePostgres()]);
    shared = new SharedStage(theatre, postgres, "SEEN0001", "all", {}, { flow: withGate });
    await shared.open(2);
    both = shared.processes as [NodeRed, NodeRed];
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await shared?.close();
    await theatre?.close();
    await postgres?.stop();
    removeScratch();
  });

  async function ask<T>({ url }: NodeRed, path: string, body?: unknown): Promise<T> {
    const headers = { "content-type": "application/json" };
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body), headers };
    return (await (await fetch(`${url}/single-window/${path}`, init)).json()) as T;
  }
  const nameOf = ({ pid }: NodeRed) => `${hostname()} (${pid})`;
  const instancesOf = async (nodeRed: NodeRed) =>
    (await ask<{ instances: SeenInstance[] }[]>(nodeRed, "status"))[0]?.instances ?? [];
  const metric = async ({ url }: NodeRed, line: RegExp) =>
    line.exec(await (await fetch(`${url}/single-window/metrics`)).text())?.[1];
  const documents = async (nodeRed: NodeRed) =>
    (await ask<{ documents: Shown[] }>(nodeRed, "documents?limit=500")).documents;
  const storyOf = (nodeRed: NodeRed, id: string) =>
    ask<{ document: Shown; events: EventRow[] }>(nodeRed, `documents/${id}`);
  const isWith = ({ instance }: Shown, { pid }: NodeRed) => instance?.pid === pid;
  /** Hands so many in; resolves when all of them are on hold. */
  async function held(count: number): Promise<Shown[]> {
    const keys = new Set(shared.drop(count));
    return until(
      `${count} are on hold`,
      async () => {
        const rows = (await documents(both[0])).filter(({ clientKey }) => keys.has(clientKey));
        return rows.length === count && rows.every(({ state }) => state === "held") && rows;
      },
      LONG,
    );
  }
  /** Hands some in until each of the two has one of them. */
  async function ofEach(): Promise<[Shown, Shown]> {
    return until(
      "each has one",
      async () => {
        const rows = await held(6);
        const found = both.map((nodeRed) => rows.find((row) => isWith(row, nodeRed)));
        return found.every((row) => row !== undefined) && (found as [Shown, Shown]);
      },
      2 * LONG,
    );
  }

  it("each sees both, who leads, and itself", async () => {
    for (const nodeRed of both) {
      const seen = await instancesOf(nodeRed);
      assert.deepEqual(seen.map(({ pid }) => pid).toSorted(), both.map(({ pid }) => pid).toSorted());
      assert.ok(seen.every(({ standing, leaseUntil, since }) => standing === "alive" && leaseUntil > since));
      assert.equal(seen.filter(({ leads }) => leads).length, 1);
      assert.deepEqual(
        seen.filter(({ own }) => own).map(({ pid }) => pid),
        [nodeRed.pid],
      );
      assert.equal(await metric(nodeRed, /single_window_instances\{[^}]*standing="alive"[^}]*\} (\d+)/), "2");
      assert.equal(await metric(nodeRed, /single_window_takeovers_total\{[^}]*\} (\d+)/), "0");
    }
    const leads = both.map((each) => metric(each, /single_window_instance_leads\{[^}]*\} (\d)/));
    assert.deepEqual((await Promise.all(leads)).toSorted(), ["0", "1"]);
  });

  it("an open document says on either whose it is, and what has ended does not", async () => {
    const [mine, theirs] = await ofEach();
    const [one, two] = both;
    for (const [nodeRed, row, own] of [
      [one, mine, true],
      [one, theirs, false],
      [two, theirs, true],
    ] as const) {
      const { document } = await storyOf(nodeRed, row.id);
      assert.deepEqual([document.instance?.host, document.instance?.own], [hostname(), own]);
    }
    const { page, problems, close } = await openPage(browser, { nodeRed: one, url: one.url, root: "", otherRoot: "" });
    await page.locator(".sw-document", { hasText: theirs.fileName }).getByText(nameOf(two)).waitFor();
    await page.locator(".sw-client summary").click();
    await page
      .locator(".sw-client", { hasText: "主实例" })
      .getByText(`${nameOf(one)} · 本实例`)
      .waitFor();
    await page.locator(".sw-document", { hasText: theirs.fileName }).click();
    await page.locator(".page-story dd", { hasText: nameOf(two) }).waitFor();
    assert.deepEqual(await axeFindings(page), []);
    assert.deepEqual(problems, []);
    await close();
    await ask(one, `documents/${mine.id}/release`, REASON);
    await shared.done([mine.clientKey]);
    assert.equal((await storyOf(one, mine.id)).document.instance, undefined);
  });

  it("what another one holds is released from here: it is ours then, goes out once, and its story says so", async () => {
    const [, theirs] = await ofEach();
    const [one, two] = both;
    const released = await ask<Shown>(one, `documents/${theirs.id}/release`, REASON);
    assert.equal(released.state, "claimed");
    await shared.done([theirs.clientKey]);
    await shared.assertOnce([theirs.clientKey], "none");
    const { events } = await storyOf(two, theirs.id);
    const taken = events.findIndex(({ event }) => event === "taken-over");
    assert.equal(events[taken]?.text, `${nameOf(two)} → ${nameOf(one)}`);
    assert.equal(events[taken + 1]?.event, "released");
  });

  it("what another one's flow has is refused, and who has it is said, with what to do", async () => {
    const key = freshKey();
    shared.stage.drop("DecCus001", `keep-${key}.xml`, decXml({ key, goods: 2 }));
    const row = await until(
      "it is claimed",
      async () => (await documents(both[0])).find(({ clientKey }) => clientKey === key),
      LONG,
    );
    const [owner, other] = isWith(row, both[0]) ? both : ([both[1], both[0]] as const);
    for (const act of ["hold", "release", "resend"]) {
      const refused = await ask<Refused>(other, `documents/${row.id}/${act}`, { ...REASON, as: "failed" });
      assert.equal(refused.code, "SW-FENCED", act);
      assert.ok(refused.message.includes(nameOf(owner)), refused.message);
      assert.match(refused.advice?.zh ?? "", /侧栏/);
    }
    assert.equal((await storyOf(other, row.id)).document.state, "claimed");
    assert.equal((await ask<Shown>(owner, `documents/${row.id}/hold`, REASON)).state, "held");
    const given = await ask<Shown>(other, `documents/${row.id}/release`, { ...REASON, as: "failed" });
    assert.deepEqual([given.state, given.box], ["failed", "FailBox"]);
  });

  it("both decide at the same time: each document goes out once, and the audit holds", async () => {
    const rows = await held(16);
    const before = (await verifyFolder(SYSTEM_DISK, shared.stage.root)).flatMap(({ decisions }) => decisions).length;
    const answers = await Promise.all(
      rows.flatMap(({ id }) =>
        both.map((nodeRed) => ask<Partial<Refused>>(nodeRed, `documents/${id}/release`, REASON)),
      ),
    );
    const codes = answers.flatMap(({ code = "" }) => (code === "" ? [] : code));
    assert.ok(
      codes.every((code) => ["SW-STATE", "SW-FENCED"].includes(code)),
      codes.join(),
    );
    const keys = rows.map(({ clientKey }) => clientKey);
    await shared.done(keys);
    await shared.assertOnce(keys, "none");
    const again = rows.flatMap(({ id }) =>
      both.map((nodeRed) => ask<Partial<Refused>>(nodeRed, `documents/${id}/resend`, { ...REASON, as: "accepted" })),
    );
    await Promise.all(again);
    const [chain, ...others] = await verifyFolder(SYSTEM_DISK, shared.stage.root);
    assert.ok(chain);
    assert.deepEqual([chain.findings, others], [[], []]);
    const decided = chain.decisions.slice(before);
    assert.equal(decided.filter(({ what }) => what === "release").length, 2 * rows.length);
    assert.equal(decided.filter(({ what }) => what === "resend").length, 2 * rows.length);
  });

  it("each writes a daily log of its own while both are alive, in whole lines", async () => {
    const folder = join(shared.stage.root, ".log");
    const names = readdirSync(folder).flatMap((day) => readdirSync(join(folder, day)).map((name) => join(day, name)));
    for (const { pid } of both) {
      const own = names.filter((name) => name.endsWith(`-${pid}.log`));
      assert.equal(own.length > 0, true, names.join());
      for (const name of own) {
        const lines = readFileSync(join(folder, name), "utf8").trimEnd().split("\n");
        assert.ok(lines.every((line) => line.split("\t").length === 6));
      }
    }
  });

  it("one is killed: the other has its documents, and says so in page, metrics, story and daily log", async () => {
    const [, theirs] = await ofEach();
    const [one, two] = both;
    await two.kill("SIGKILL");
    const gone = await until(
      "it is taken over",
      async () => (await instancesOf(one)).find(({ pid, standing }) => pid === two.pid && standing === "taken-over"),
      LONG,
    );
    const own = (await instancesOf(one)).find((each) => each.own);
    assert.deepEqual([gone.takenBy, own?.leads, gone.documents], [own?.id, true, 0]);
    const { document, events } = await storyOf(one, theirs.id);
    assert.equal(document.instance?.own, true);
    const text = `${nameOf(two)} → ${nameOf(one)}`;
    assert.equal(events.find(({ event }) => event === "taken-over")?.text, text);
    assert.equal(await metric(one, /single_window_takeovers_total\{[^}]*\} (\d+)/), "1");
    const { page, close } = await openPage(browser, { nodeRed: one, url: one.url, root: "", otherRoot: "" });
    await page.locator(".sw-client summary").click();
    await page
      .locator(".sw-client")
      .getByText(`由 ${nameOf(one)} 于`)
      .waitFor();
    await close();
    await until("it stands in the daily log", () => {
      const folder = join(shared.stage.root, ".log");
      const days = readdirSync(folder).map((day) => join(folder, day));
      const logs = days.flatMap((day) => readdirSync(day).map((name) => readFileSync(join(day, name), "utf8")));
      const [line] = logs.flatMap((log) => log.split("\n").filter((each) => each.includes("\ttakeover\t")));
      return line?.includes(nameOf(two)) && logs.some((log) => log.includes(`\ttaken-over\t${theirs.id}\t`));
    });
    await ask(one, `documents/${theirs.id}/release`, REASON);
    await shared.done([theirs.clientKey]);
    await shared.assertOnce([theirs.clientKey], "none");
  });
});
