import assert from "node:assert/strict";
import { firstIdAt } from "../../lib/ids.js";
import type { DocumentQuery, DocumentRow, Ledger } from "../../lib/ledger/index.js";
import { Random } from "./random.js";
import { documentRow } from "./rows.js";

/** Those that `someDocuments` are in. */
export const STATES = ["claimed", "sent", "accepted", "rejected", "held"] as const;
const NAMES = ["报关单", "核注清单", "MANIFEST", "a_b%c", 'quo"te', "Straße"];

export const ids = (rows: readonly { id: string }[]) => rows.map(({ id }) => id);

/** Settled documents of all kinds, claimed one a second; the newest first. */
export async function someDocuments(ledger: Ledger, count: number, seed: number): Promise<DocumentRow[]> {
  const source = new Random(seed);
  const random = () => source.next();
  const pick = <T>(list: readonly T[]) => source.pick(list);
  const digits = (length: number) => String(Math.floor(random() * 10 ** length)).padStart(length, "0");
  const rows = Array.from({ length: count }, (_, index) =>
    documentRow({
      // Not by SYSTEM_IDS, whose clock never goes back: other tests of this process have used it.
      id: `${firstIdAt(1_700_000_000_000 + index * 1000)}7000-8000-${String(index).padStart(12, "0")}`,
      claimedAt: 1_700_000_000_000 + index * 1000,
      fileName: `${pick(NAMES)}${digits(3)}.xml`,
      clientKey: `E${digits(3)}`,
      seqNo: random() < 0.5 ? "" : `I2023${digits(13)}`,
      customsNo: random() < 0.7 ? "" : `53002023${digits(3)}`,
      business: pick(["DecCus001", "Sas", "Rmft"]),
      state: pick(STATES),
      settled: true,
    }),
  );
  await Promise.all(rows.map((row) => ledger.claim(row)));
  return rows.reverse();
}

/** What the query means, said in plain code. */
function expected(rows: readonly DocumentRow[], query: DocumentQuery): string[] {
  const states = query.state === undefined ? [] : [query.state].flat();
  const lower = (text: string) => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const fits = (row: DocumentRow) =>
    (states.length === 0 || states.includes(row.state)) &&
    (!query.business || lower(row.business) === lower(query.business)) &&
    (!query.key || [row.clientKey, row.seqNo, row.customsNo].includes(query.key)) &&
    (!query.from || row.claimedAt >= query.from) &&
    (!query.to || row.claimedAt <= query.to) &&
    (!query.fileName ||
      (query.fileName.endsWith("*")
        ? lower(row.fileName).startsWith(lower(query.fileName.slice(0, -1)))
        : lower(row.fileName) === lower(query.fileName))) &&
    (!query.q ||
      [row.fileName, row.clientKey, row.seqNo, row.customsNo].some((text) =>
        lower(text).includes(lower(query.q as string)),
      ));
  return ids(rows.filter(fits));
}

/** That documents are found as they are asked for, whatever a ledger keeps its rows in. `open` gives a new and empty one. */
export function describeQueries(name: string, open: () => Promise<Ledger>): void {
  describe(name, () => {
    let ledger: Ledger;

    beforeEach(async () => {
      ledger = await open();
    });
    afterEach(async () => ledger.close());

    const counted = (rows: readonly DocumentRow[], wanted: readonly string[]) => {
      const found = rows.filter(({ id }) => wanted.includes(id));
      return ["DecCus001", "Rmft", "Sas"].flatMap((business) =>
        [...STATES].sort().flatMap((state) => {
          const count = found.filter((row) => row.business === business && row.state === state).length;
          return count > 0 ? [{ business, state, count }] : [];
        }),
      );
    };

    it("answers every mixture of filters as plain code does, page by page, and counts the same", async function () {
      this.timeout(540_000);
      const seed = Number(process.env.SW_SEED ?? Date.now() % 1_000_000);
      console.log(`      seed ${seed}`);
      const rows = await someDocuments(ledger, 600, seed);
      const source = new Random(seed + 1);
      const random = () => source.next();
      const pick = <T>(list: readonly T[]) => source.pick(list);
      const part = (text: string) => {
        const start = Math.floor(random() * text.length);
        return text.slice(start, start + 1 + Math.floor(random() * 6));
      };
      let found = 0;
      for (let round = 0; round < 300; round++) {
        const some = pick(rows);
        const filters: DocumentQuery = {
          ...(random() < 0.4 && { state: random() < 0.5 ? pick(STATES) : [pick(STATES), pick(STATES)] }),
          ...(random() < 0.4 && { business: pick(["deccus001", "SAS", "Rmft", "None"]) }),
          ...(random() < 0.4 && {
            q: part(pick([some.fileName, some.clientKey, some.seqNo || "x", "报关单", ".XML"])),
          }),
          ...(random() < 0.1 && { key: pick([some.clientKey, some.seqNo, some.customsNo, "E"]) }),
          ...(random() < 0.1 && { fileName: pick([some.fileName, some.fileName.toUpperCase(), "报关单*", "man*"]) }),
          ...(random() < 0.2 && { from: some.claimedAt }),
          ...(random() < 0.2 && { to: some.claimedAt + 100_000 }),
        };
        const wanted = expected(rows, filters);
        // Pages of one row where few are found; of many no more than some ten pages.
        const query = { ...filters, limit: 1 + Math.floor(random() * 50) + Math.floor(wanted.length / 10) };
        const pages: string[] = [];
        for (let before: string | undefined; ; ) {
          const page = await ledger.query({ ...query, ...(before && { before }) });
          pages.push(...ids(page));
          before = page.at(-1)?.id;
          if (page.length < query.limit) break;
        }
        assert.deepEqual(pages, wanted, JSON.stringify(query));
        const counts = await ledger.count({ ...query, before: pages.at(-1) ?? "" });
        assert.deepEqual(counts, counted(rows, pages), JSON.stringify(query));
        found += pages.length;
      }
      assert.ok(found > 1000, `${found} documents found in all rounds`);
    });
  });
}
