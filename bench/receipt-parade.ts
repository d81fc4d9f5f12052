import { ReceiptParade } from "../test/support/receipt-parade.js";
import { removeScratch } from "../test/support/scratch.js";

/**
 * npx tsx bench/receipt-parade.ts [format]
 *
 * Every receipt format, variant and code through a real RabbitMQ and Node-RED into InBox; prints for each how it was matched,
 * its file, and the advice in Chinese and English. With a format, prints that one alone.
 */
async function main(): Promise<void> {
  const only = process.argv[2];
  const parade = new ReceiptParade();
  try {
    await parade.run((line) => console.log(line));
    let unmatched = 0;
    for (const { format, variant, wrapper, code, receipt, documentId } of parade.shows) {
      if (only !== undefined && format !== only) continue;
      const title = [format, variant, wrapper && `in ${wrapper}`, code && `code ${code}`].filter(Boolean).join(" · ");
      console.log(`\n${title}`);
      if (!receipt) {
        if (documentId !== undefined) unmatched++;
        console.log(documentId === undefined ? "  not recognised: Others/InBox" : "  NOT MATCHED");
        continue;
      }
      const { kind, ok, statusText, matchedBy, file, advice } = receipt;
      console.log(
        `  ${kind}, ${ok ? "ok" : "not ok"}${statusText && `, ${statusText}`}; matched by ${matchedBy}; ${file}`,
      );
      console.log(advice ? `  zh ${advice.zh}\n  en ${advice.en}` : "  plainly good: no advice");
    }
    console.log(`\n${parade.shows.length} receipts, ${unmatched} of them not matched to their document`);
    process.exitCode = unmatched === 0 ? 0 : 1;
  } finally {
    await parade.close();
    removeScratch();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
