import { randomBytes, randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { connect } from "amqplib";
import { type Fault, pause, type Scene } from "./fault.js";
import { FOLDERS } from "./folders.js";

const BURST = Number(process.env.SW_BURST ?? 200);

/** What no receipt of any format is. */
function garbage({ random }: Scene): Buffer {
  switch (random.pick(["empty", "noise", "large", "half", "zeros"] as const)) {
    case "empty":
      return Buffer.alloc(0);
    case "noise":
      return randomBytes(random.between(1, 4000));
    case "large":
      return Buffer.alloc(random.between(1, 4) * 1024 * 1024, "<a>");
    case "half":
      return Buffer.from('<?xml version="1.0" encoding="UTF-8"?><DecImportResponse><ResponseCode>0</Resp');
    case "zeros":
      return Buffer.alloc(500);
  }
}

/** Receipts that have come before once more, each several times, with garbage in between. */
async function burst(scene: Scene): Promise<void> {
  const { theatre, stage, random } = scene;
  scene.burst = true;
  const inBox = stage.box("DecCus001", "InBox");
  const known = readdirSync(inBox)
    .filter((name) => name.endsWith(".xml"))
    .slice(-20)
    .map((name) => ({ fileName: name, body: readFileSync(join(inBox, name)) }));
  const connection = await connect(theatre.broker.url);
  const channel = await connection.createConfirmChannel();
  for (let count = 0; count < BURST; count++) {
    const old = known.length > 0 && count % 10 !== 0 ? random.pick(known) : undefined;
    const headers = { clientId: stage.clientId, business: "DecCus001", fileName: old?.fileName ?? `${count}.xml` };
    const messageId = count % 3 === 0 ? `burst-${count % 9}` : randomUUID();
    channel.sendToQueue(`Q_Recv${stage.clientId}`, old?.body ?? garbage(scene), {
      persistent: true,
      messageId,
      headers,
    });
  }
  await channel.waitForConfirms();
  await connection.close();
}

/** Are all receipts taken? Says how many are not when that takes longer than so many milliseconds. */
export async function receiptsLeft({ theatre, stage }: Scene, within: number): Promise<string[]> {
  const connection = await connect(theatre.broker.url);
  try {
    const channel = await connection.createChannel();
    for (const end = Date.now() + within; ; await pause(250)) {
      const { messageCount } = await channel.checkQueue(`Q_Recv${stage.clientId}`);
      if (messageCount === 0) return [];
      if (Date.now() > end) return [`${messageCount} receipts lie in the queue`];
    }
  } finally {
    await connection.close();
  }
}

export const RECEIPTS: Record<string, Fault> = {
  "receipts in a burst, with doubles and garbage": {
    begin: async (scene) => {
      await burst(scene);
      return () => {};
    },
  },
  "receipts in a burst while InBox is away": {
    lasts: [2_000, 8_000],
    begin: async (scene) => {
      const sending = burst(scene);
      await sending;
      const again = burst(scene);
      const end = await (FOLDERS["a file where InBox should be"] as Fault).begin(scene);
      await again.catch(() => undefined);
      return end;
    },
  },
};
