import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";

const program = join(__dirname, "..", "..", "node_modules", "axe-core", "axe.min.js");

/** What axe finds on a page, in short; empty = nothing. */
export async function axeFindings(page: Page, within = "document"): Promise<string[]> {
  // Evaluated over the debugger: the page's own policy lets no foreign script run.
  await page.evaluate(readFileSync(program, "utf8"));
  const { violations } = (await page.evaluate(
    (selector) =>
      (globalThis as unknown as { axe: { run(context: unknown): Promise<unknown> } }).axe.run(
        selector === "document" ? document : { include: [[selector]] },
      ),
    within,
  )) as { violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[] };
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(" ")}: ${failureSummary.replace(/\s+/g, " ")}`),
  );
}
