import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { messageOf } from "../lib/errors.js";
import type { Command } from "./answers/on-demand.js";
import { SHAPES, WRAPPERS } from "./answers/shapes/index.js";
import { connectTo } from "./link.js";
import { readSettings } from "./settings.js";

const USE = `npx tsx simulator/ask.ts FORMAT [--variant V] [--code C] [--text T] [--wrapper W]
    [--key OWN] [--seqNo N] [--customsNo N] [--fileName F] [--business FOLDER]

Asks the running simulator for a receipt; the broker comes from SW_AMQP_*, as for the simulator itself. Formats:
`;

function table(): string {
  const lines = SHAPES.map(
    ({ format, answers, codes, variants }) =>
      `${format.padEnd(22)} ${answers.padEnd(8)} codes ${codes.join(" ") || "none"}\n${Object.keys(variants)
        .map((variant) => `    --variant "${variant}"`)
        .join("\n")}`,
  );
  return `${USE}\n${lines.join("\n")}\n\n--wrapper ${Object.keys(WRAPPERS)
    .map((name) => `"${name}"`)
    .join(" ")}`;
}

/** Publishes one command to the simulator's command queue. Without a format it prints what there is to ask for. */
async function main(): Promise<void> {
  const option = { type: "string" } as const;
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      variant: option,
      code: option,
      text: option,
      wrapper: option,
      key: option,
      seqNo: option,
      customsNo: option,
      fileName: option,
      business: option,
    },
  });
  const [answer] = positionals;
  if (answer === undefined) {
    console.log(table());
    return;
  }
  const { broker, commandQueue } = readSettings(process.env);
  const command: Command = { answer, ...values };
  const connection = await connectTo(broker, "single-window-simulator-ask");
  try {
    const channel = await connection.createConfirmChannel();
    channel.sendToQueue(commandQueue, Buffer.from(JSON.stringify(command)), {
      messageId: randomUUID(),
      persistent: true,
    });
    await channel.waitForConfirms();
    console.log(`asked for ${answer} through ${commandQueue}`);
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  console.error(`ask: ${messageOf(error)}`);
  process.exit(1);
});
