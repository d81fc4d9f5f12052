import type { Check } from "../document.js";
import { messageOf } from "../errors.js";
import type { XmlElement } from "../xml/scan.js";
import type { Finding, PreflightContext, Rule, RuleVisitor, Severity } from "./types.js";

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

/**
 * Runs rules over a document in one pass: every element is visited once, however many rules there are. Returns the
 * findings by line, then column, then in the order of `rules`.
 */
export function runRules(
  rules: readonly Rule[],
  context: PreflightContext,
  overrides: Readonly<Record<string, Severity | "off">> = {},
): Check[] {
  const running: Running[] = [];
  for (const rule of rules) {
    const setting = Object.hasOwn(overrides, rule.id) ? overrides[rule.id] : undefined;
    if (setting === "off" || !ruleApplies(rule, context.kind?.type)) continue;
    running.push(new Running(rule, context, setting));
  }

  const seeing = running.filter((one) => one.seesElements);
  // Which rules want a name is found out when it turns up: a document has fewer names than the rules' tables.
  const wanting = new Map<string, readonly Running[]>();
  const visit = (element: XmlElement): void => {
    let those = wanting.get(element.name);
    if (!those) {
      those = seeing.filter((one) => one.wants(element.name));
      wanting.set(element.name, those);
    }
    for (const one of those) one.see(element);
    for (const child of element.children) visit(child);
  };
  if (seeing.length > 0) visit(context.root);
  for (const one of running) one.end();

  return running.flatMap((one) => one.checks).sort((a, b) => a.line - b.line || (a.column ?? 0) - (b.column ?? 0));
}
