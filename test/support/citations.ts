import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** A place where our docs are cited, and why it leads nowhere. */
export interface LostCitation {
  file: string;
  /** 1-based. */
  line: number;
  citation: string;
  reason: string;
}

interface Section {
  level: number;
  title: string;
  /** What stands below the heading, sub-sections too. */
  body: string;
}

/** A way to cite: how it looks in a text, and what is wrong with one match of it (nothing: an empty list). */
interface Kind {
  name: string;
  pattern: RegExp;
  faults(match: RegExpMatchArray): string[];
}

/** `10 to 13`, `9, 21`, `5, 6 and B3`. */
const LIST = "B?\\d+(?:\\s+to\\s+B?\\d+)?(?:(?:,\\s+|\\s+and\\s+)B?\\d+(?:\\s+to\\s+B?\\d+)?)*";
const SECTION = "(?:\\d(?:\\.\\d)?|[A-D])(?![\\w.]\\w)";

/** The numbers of such a list, ranges spelled out. */
function numbers(list: string): string[] {
  return list.split(/,\s+|\s+and\s+/).flatMap((part) => {
    const [, letter = "", from = "", to = from] = /^(B?)(\d+)(?:\s+to\s+B?(\d+))?$/.exec(part.trim()) ?? [];
    return Array.from({ length: Number(to) - Number(from) + 1 }, (_, index) => `${letter}${Number(from) + index}`);
  });
}

function sectionsOf(page: string): Section[] {
  const lines = page.split("\n");
  const heads = lines.flatMap((line, at) => {
    const [, marks = "", title = ""] = /^(#+) (.+)$/.exec(line) ?? [];
    return marks === "" ? [] : [{ at, level: marks.length, title: title.trim() }];
  });
  return heads.map(({ at, level, title }, index) => {
    const next = heads.slice(index + 1).find((head) => head.level <= level);
    return { level, title, body: lines.slice(at + 1, next?.at).join("\n") };
  });
}

const plain = (text: string): string => text.replace(/\s+/g, " ").toLowerCase();

/** Line ends and the signs that lead a comment's line, replaced by as many blanks: a citation may go over two lines. */
const unwrapped = (text: string): string =>
  text.replace(/\n[ \t]*(?:\*|\/\/|#)?[ \t]/g, (gap) => " ".repeat(gap.length));

/** Knows the docs of a repository, and tells which citations of them in a text lead nowhere. */
export class Citations {
  /** Field tables are cited as `formats`; false while the tree has none. */
  readonly hasFormats: boolean;
  readonly kinds: readonly Kind[];
  private readonly formats: string;

  constructor(private readonly repo: string) {
    this.formats = join(repo, "formats");
    this.hasFormats = existsSync(join(this.formats, "README.md"));
    this.kinds = [...this.pageKinds(), ...this.formatKinds()];
  }

  /** Every citation in a text, by kind. */
  count(text: string): Map<string, number> {
    return new Map(this.kinds.map(({ name, pattern }) => [name, [...unwrapped(text).matchAll(pattern)].length]));
  }

  /** The citations in a text that do not resolve. `file` is only named. */
  lost(file: string, text: string): LostCitation[] {
    const flat = unwrapped(text);
    return this.kinds.flatMap(({ pattern, faults }) =>
      [...flat.matchAll(pattern)].flatMap((match) =>
        faults(match).map((reason) => ({
          file,
          line: text.slice(0, match.index).split("\n").length,
          citation: match[0].replace(/\s+/g, " "),
          reason,
        })),
      ),
    );
  }

  private page(...path: string[]): string {
    return readFileSync(join(this.repo, "docs", ...path), "utf8");
  }

  private pageKinds(): Kind[] {
    const faqItems = new Set([...this.page("faq.md").matchAll(/^\| (B?\d+) \|/gm)].map(([, item]) => item));
    const promises = sectionsOf(this.page("promises.md"));
    const design = sectionsOf(this.page("design.md"));
    const parts = readdirSync(join(this.repo, "docs", "domain")).map((name) => this.page("domain", name));
    const domain = [this.page("domain.md"), ...parts].flatMap(sectionsOf);

    /** Sections of a number, with all that stands below; the same number may head a part on two pages. */
    const numbered = (sections: readonly Section[], number: string) =>
      sections.filter(({ title }) => title.startsWith(`${number} `) || title.startsWith(`${number}. `));
    const unless = (holds: boolean, fault: string) => (holds ? [] : [fault]);
    const says = (sections: readonly Section[], quote: string | undefined) =>
      quote === undefined || sections.some(({ body }) => plain(body).includes(plain(quote)));
    const heads = (sections: readonly Section[], title: string | undefined) =>
      title === undefined || sections.some(({ body }) => sectionsOf(body).some((section) => section.title === title));

    return [
      {
        name: "faq",
        pattern: new RegExp(`\\bfaq\\s+(?:client\\s+)?(${LIST})(?![\\w.]\\w)`, "gi"),
        faults: ([, list = ""]) =>
          numbers(list)
            .filter((item) => !faqItems.has(item))
            .map((item) => `docs/faq.md has no item ${item}`),
      },
      {
        name: "promises",
        pattern: new RegExp(`\\bpromises?\\s+(${LIST})(?![\\w.]\\w)(?:[:,]\\s+"([^"]+)")?`, "gi"),
        faults: ([, list = "", quote]) =>
          numbers(list).flatMap((number) => {
            const found = numbered(promises, number);
            if (found.length === 0) return [`docs/promises.md has no heading ${number}`];
            return unless(says(found, quote), `promise ${number} has no "${quote}"`);
          }),
      },
      {
        name: "domain",
        pattern: new RegExp(
          `\\b[Dd]omain\\s+(${SECTION}(?:,\\s+${SECTION}(?!["']))*)(?:,\\s+items?\\s+(${LIST}))?(?:,\\s+"([^"]+)")?`,
          "g",
        ),
        faults: ([, list = "", items, quote]) =>
          list.split(/,\s+/).flatMap((number) => {
            const found = numbered(domain, number);
            if (found.length === 0) return [`docs/domain.md has no heading ${number}`];
            const missing = (items ? numbers(items) : []).filter(
              (item) => !found.some(({ body }) => new RegExp(`^${item}\\. `, "m").test(body)),
            );
            return [
              ...missing.map((item) => `domain ${number} has no item ${item}`),
              ...unless(heads(found, quote), `domain ${number} has no heading "${quote}"`),
            ];
          }),
      },
      {
        name: "design",
        pattern: /\bdesign(?:\.md,?|,)\s+"?([A-Z][\w ,]*)/g,
        faults: ([, title = ""]) =>
          unless(
            design.some((section) => section.title === title.trim()),
            `docs/design.md has no heading "${title}"`,
          ),
      },
    ];
  }

  private formatKinds(): Kind[] {
    const there = (path: string) => existsSync(join(this.formats, path));
    const tables = () => (this.hasFormats ? readdirSync(this.formats).filter((name) => name.endsWith(".csv")) : []);
    const text = (name: string) => readFileSync(join(this.formats, name), "utf8");
    const headed = (title: string) =>
      sectionsOf(text("README.md")).some((section) => plain(section.title).startsWith(plain(title)));
    const missing = (paths: readonly string[]) =>
      paths.filter((path) => !path.includes("*") && !there(path)).map((path) => `there is no formats/${path}`);
    const listed = (list: string | undefined) =>
      list === undefined || text("codes.csv").includes(`\n${list},`) ? [] : [`formats/codes.csv has no list ${list}`];
    const unless = (faults: () => string[]) => (this.hasFormats ? faults() : []);

    return [
      {
        name: "formats/",
        pattern: /(?<![\w/])formats\/([\w*-]+\.\w+)((?:,\s+\w+\.csv)*)(?:,\s+"([^"]+)")?(?:\s+([A-Z]\w*\.\w+))?/g,
        faults: ([, first = "", more = "", title, list]) =>
          unless(() => [
            ...missing([first, ...[...more.matchAll(/\w+\.csv/g)].map(([name]) => name)]),
            ...(title === undefined || headed(title) ? [] : [`formats/README.md has no "${title}"`]),
            ...(first === "codes.csv" ? listed(list) : []),
          ]),
      },
      {
        name: "(formats, …)",
        pattern: /(?<!\w)\(formats,\s+([^)]+)\)/g,
        faults: ([, what = ""]) =>
          unless(() => {
            const files = [...what.matchAll(/[\w-]+\.csv/g)].map(([name]) => name);
            const titles = [...what.matchAll(/"([^"]+)"/g)].map(([, title = ""]) => title);
            if (/^sample shape/.test(what)) titles.push("Sample shapes");
            const [path] = /^[A-Z]\w+\/\w+/.exec(what) ?? [];
            const known = path === undefined || tables().some((name) => text(name).includes(path));
            return [
              ...missing(files),
              ...titles.filter((title) => !headed(title)).map((title) => `formats/README.md has no "${title}"`),
              ...(known ? [] : [`no table of formats/ has ${path}`]),
            ];
          }),
      },
      {
        name: "codes.csv",
        pattern: /["'`]codes\.csv ([A-Z]\w*(?:\.\w+)*|failCode|controlError)\b/g,
        faults: ([, list]) => unless(() => listed(list)),
      },
    ];
  }
}
