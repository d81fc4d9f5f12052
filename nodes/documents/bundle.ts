import type { NodeAPI } from "node-red";
import { type Bundle, supportBundle } from "../../lib/client/bundle.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { messageOf } from "../../lib/errors.js";
import { runDiagnose } from "../diagnose/run.js";
import { brokerNodes, cardNodes } from "../registry.js";

/** Seconds that the connection test may take; the bundle is made in any case. */
const DIAGNOSE_WITHIN = 30;

/** The support bundle of one document, with the connection test of the client's own broker and card. */
export async function bundleOf(RED: NodeAPI, client: ImportClient, clientNode: string, id: string): Promise<Bundle> {
  const mine = <T extends { client: string }>(nodes: Iterable<T>) =>
    [...nodes].find((node) => node.client === clientNode || node.client === "");
  let timer: NodeJS.Timeout | undefined;
  const diagnosis = await Promise.race([
    runDiagnose({ client, broker: mine(brokerNodes.values()), card: mine(cardNodes.values()) }).then(
      ({ report }) => report,
      (error) => messageOf(error),
    ),
    new Promise<string>((resolve) => {
      timer = setTimeout(
        () => resolve(`连接测试 ${DIAGNOSE_WITHIN} 秒内未完成 / the test did not end within ${DIAGNOSE_WITHIN} s`),
        DIAGNOSE_WITHIN * 1000,
      );
    }),
  ]);
  clearTimeout(timer);
  return supportBundle(client, id, {
    diagnosis,
    nodeRed: String((RED.settings as { version?: unknown }).version ?? ""),
  });
}
