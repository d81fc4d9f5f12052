import type { Check } from "../document.js";
import { messageOf } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";
import type { Finding, PreflightContext, Rule, RuleVisitor, Severity } from "./types.js";

/** Another severity for a rule, by its id. */
export type Overrides = Readonly<Record<string, Severity | "off">>;

/** A rule that finds the same fault in every row says so this often, then how many more there are. */
const FINDINGS_PER_RULE = 50;

export const FAULT = "SW-RULE-FAULT";

/** `MT*` stands for every manifest; no kinds at all for every document, one that was not recognised among them. */
export function ruleApplies(rule: Rule, kindType: string | undefined): boolean {
  if (rule.kinds.length === 0) return true;
  if (kindType === undefined) return false;
  return rule.kinds.some((kind) => (kind.endsWith("*") ? kindType.startsWith(kind.slice(0, -1)) : kind === kindType));
}

/** One rule at work on one document. */
class Running {
  readonly checks: Check[] = [];
  private visitor: RuleVisitor | undefined;
  private more = 0;
  private moreAt: { element: XmlElement; severity: Severity } | undefined;

  constructor(
    private readonly rule: Rule,
    private readonly context: PreflightContext,
    private readonly setting: Severity | undefined,
  ) {
    this.guarded(() => {
      this.visitor = rule.start(context);
    });
  }

  get seesElements(): boolean {
    return this.visitor?.element !== undefined;
  }

  wants(name: string): boolean {
    const names = this.visitor?.names;
    return names === undefined || setOf(names).has(name);
  }

  see(element: XmlElement): void {
    try {
      this.visitor?.element?.(element, this.report);
    } catch (error) {
      this.failed(error);
    }
  }

  end(): void {
    this.guarded(() => this.visitor?.end?.(this.report));
    if (!this.moreAt) return;
    const { element, severity } = this.moreAt;
    const count = this.more;
    this.add(element, severity, {
      element,
      text: { zh: `另有 ${count} 处同样的问题`, en: `and ${count} more of the same` },
    });
  }

  private readonly report = (finding: Finding): void => {
    const severity = this.setting ?? finding.severity ?? this.rule.severity;
    if (this.checks.length < FINDINGS_PER_RULE) {
      this.add(finding.element, severity, finding);
      return;
    }
    this.more++;
    if (!this.moreAt) this.moreAt = { element: finding.element, severity };
    else if (severity === "error") this.moreAt.severity = "error";
  };

  private add(element: XmlElement, severity: Severity, finding: Finding): void {
    this.checks.push(
      check(
        this.context,
        `SW-RULE-${this.rule.id}`,
        severity,
        element,
        finding.text,
        finding.advice ?? this.rule.advice,
      ),
    );
  }

  private guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.failed(error);
    }
  }

  /** A rule that throws is out for this document, and says so; what it found before stays. */
  private failed(error: unknown): void {
    this.visitor = undefined;
    const reason = messageOf(error);
    this.checks.push(
      check(
        this.context,
        FAULT,
        "warning",
        this.context.root,
        {
          zh: `规则 ${this.rule.id} 自身出错，本报文未按该规则检查：${reason}`,
          en: `rule ${this.rule.id} itself failed, so this document was not checked by it: ${reason}`,
        },
        {
          zh: "报文可继续处理；请把该规则名与报文样例反馈给维护者，或在节点设置中关闭该规则。",
          en: "The document may go on. Report the rule's name with a sample document, or switch the rule off in the node.",
        },
      ),
    );
  }
}

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** A rule's names as a set; the long lists are made once for a table and come again with every document. */
function setOf(names: readonly string[]): ReadonlySet<string> {
  let set = sets.get(names);
  if (!set) {
    set = new Set(names);
    sets.set(names, set);
  }
  return set;
}

function check(
  context: PreflightContext,
  rule: string,
  severity: Severity,
  element: XmlElement,
  text: Check["text"],
  advice: Check["advice"],
): Check {
  const found: Check = { rule, severity, path: element.path, line: element.line, column: element.column, text, advice };
  if (context.entry !== undefined) found.entry = context.entry;
  return found;
}

/** Elements between two turns of the event loop: some two milliseconds. */
const TURN = 5_000;

/** One pass over a document, which can be left and taken up again. */
class Pass {
  private readonly running: Running[] = [];
  private readonly seeing: readonly Running[];
  // Which rules want a name is found out when it turns up: a document has fewer names than the rules' tables.
  private readonly wanting = new Map<string, readonly Running[]>();
  private readonly ahead: XmlElement[];

  constructor(rules: readonly Rule[], context: PreflightContext, overrides: Overrides) {
    for (const rule of rules) {
      const setting = Object.hasOwn(overrides, rule.id) ? overrides[rule.id] : undefined;
      if (setting === "off" || !ruleApplies(rule, context.kind?.type)) continue;
      this.running.push(new Running(rule, context, setting));
    }
    this.seeing = this.running.filter((one) => one.seesElements);
    this.ahead = this.seeing.length > 0 ? [context.root] : [];
  }

  /** Visits `most` more elements; whether these were all. */
  visit(most: number): boolean {
    const { ahead, wanting } = this;
    for (let left = most; left > 0; left--) {
      const element = ahead.pop();
      if (!element) break;
      const { name, children } = element;
      let those = wanting.get(name);
      if (!those) {
        those = this.seeing.filter((one) => one.wants(name));
        wanting.set(name, those);
      }
      for (const one of those) one.see(element);
      for (let index = children.length - 1; index >= 0; index--) ahead.push(children[index] as XmlElement);
    }
    return ahead.length === 0;
  }

  findings(): Check[] {
    for (const one of this.running) one.end();
    const checks = this.running.flatMap((one) => one.checks);
    return checks.sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
  }
}

/**
 * Runs rules over a document in one pass: every element is visited once, however many rules there are. Returns the
 * findings by line, then column, then in the order of `rules`.
 */
export function runRules(rules: readonly Rule[], context: PreflightContext, overrides: Overrides = {}): Check[] {
  const pass = new Pass(rules, context, overrides);
  pass.visit(Number.POSITIVE_INFINITY);
  return pass.findings();
}

/** As `runRules`, but lets the event loop have its turn every few milliseconds: for large documents. */
export async function runRulesInTurns(
  rules: readonly Rule[],
  context: PreflightContext,
  overrides: Overrides = {},
): Promise<Check[]> {
  const pass = new Pass(rules, context, overrides);
  while (!pass.visit(TURN)) await new Promise((resolve) => setImmediate(resolve));
  return pass.findings();
}
