import type { DocumentPart, DocumentRow, NewPart, PartKey } from "../../lib/ledger/index.js";
import { WHOLE } from "../../lib/ledger/rules/earlier-numbers.js";
import { asOf, NAMED, outcomeOf, type PartsCount } from "../../lib/ledger/rules/parts.js";
import type { LedgerFile } from "./ledger-file.js";

type Attempt = Pick<DocumentRow, "id" | "attempt">;

const newPart = (number: number, name: string): DocumentPart => ({
  ...{ number, name, attempt: 0, taken: "", status: "", code: "", text: "", at: 0, seqNo: "", customsNo: "" },
});

/** The orders, lists and bills of documents in a simulated ledger. */
export class SimParts {
  constructor(private readonly file: LedgerFile) {}

  enter(id: string, parts: readonly NewPart[]): void {
    if (parts.length === 0) return;
    this.file.setParts(
      id,
      parts.map(({ name }, index) => newPart(index + 1, name)),
    );
    this.file.addKeys(
      id,
      parts.flatMap(({ keys }, index) => keys.map((key) => ({ key, kind: "own" as const, number: index + 1 }))),
    );
  }

  of({ id, attempt }: Attempt): DocumentPart[] {
    return (this.file.parts.get(id) ?? []).map((part) => asOf(part, attempt));
  }

  count(document: Attempt): PartsCount {
    const parts = this.of(document);
    const count = (wanted: (part: DocumentPart) => boolean) => parts.filter(wanted).length;
    const refused = parts.filter((part) => outcomeOf(part) === "refused");
    return {
      parts: parts.length,
      good: count((part) => outcomeOf(part) === "good"),
      refused: refused.length,
      takenGood: count(({ taken }) => taken === "good"),
      takenRefused: count(({ taken }) => taken === "refused"),
      refusals: refused.slice(0, NAMED),
    };
  }

  called(document: Attempt, name: string): DocumentPart | undefined {
    const [part, another] = name === "" ? [] : this.of(document).filter((one) => one.name === name);
    return another ? undefined : part;
  }

  named(document: Attempt, keys: readonly PartKey[]): DocumentPart | undefined {
    const known = (this.file.keys.get(document.id) ?? []).filter(({ number }) => number !== WHOLE);
    for (const { key, kind } of keys) {
      const [found, another] = key === "" ? [] : known.filter((one) => one.key === key && one.kind === kind);
      if (found && !another) return this.of(document).find(({ number }) => number === found.number);
    }
    return undefined;
  }

  documentsWith({ key, kind }: PartKey): string[] {
    if (key === "" || this.file.keys.size === 0) return [];
    const ids = [...this.file.keys].filter(([, keys]) => keys.some((one) => one.key === key && one.kind === kind));
    return ids.map(([id]) => id).sort((one, other) => (one < other ? 1 : -1));
  }

  addNamed(document: Attempt, name: string): DocumentPart | undefined {
    const parts = this.file.parts.get(document.id) ?? [];
    const number = (parts.at(-1)?.number ?? 0) + 1;
    this.file.setParts(document.id, [...parts, newPart(number, name)]);
    this.file.addKeys(document.id, [{ key: name, kind: "own", number }]);
    return this.of(document).at(-1);
  }

  save(id: string, part: DocumentPart): void {
    const parts = this.file.parts.get(id) ?? [];
    this.file.setParts(
      id,
      parts.map((one) => (one.number === part.number ? part : one)),
    );
    const { number, seqNo, customsNo } = part;
    this.file.addKeys(id, [
      { key: seqNo, kind: "seqNo", number },
      { key: customsNo, kind: "customsNo", number },
    ]);
  }
}
