import type { NodeAPI } from "node-red";
import { type Bundle, supportBundle } from "../../lib/client/bundle.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { runDiagnose } from "../diagnose/run.js";
import { brokerNodes, cardNodes } from "../registry.js";

/**
 * The support bundle of one document, with the connection test of the client's own broker and card: each step of that test
 * has its own time limit, so the bundle is made in any case. Rejects with SW-UNKNOWN-DOCUMENT.
 */
export async function bundleOf(RED: NodeAPI, client: ImportClient, clientNode: string, id: string): Promise<Bundle> {
  const mine = <T extends { id: string; client: string }>(nodes: Iterable<T>) =>
    [...nodes].find((node) => node.client === clientNode || node.client === "")?.id;
  const wanted = { client: clientNode, broker: mine(brokerNodes.values()), card: mine(cardNodes.values()) };
  const { report } = await runDiagnose(RED, wanted);
  return supportBundle(client, id, {
    diagnosis: report,
    nodeRed: String((RED.settings as { version?: unknown }).version ?? ""),
  });
}
