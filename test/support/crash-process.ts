/**
 * A process in which a decision is stopped: the settings as JSON in argv[2], the decision's name and the document's id behind.
 * Killed, it says nothing more. Where an error is thrown it goes on as a running client does, checks the end itself, and says
 * `well` or what is not.
 */
import { openClient } from "../../lib/client/open.js";
import type { ClientSettings } from "../../lib/client/settings.js";
import { DECISIONS, type Decision } from "./decisions.js";

async function main(settings: ClientSettings, name: string, id: string): Promise<void> {
  const { act, goOn, check } = DECISIONS[name] as Decision;
  const { client } = await openClient(settings);
  try {
    const stopped = await act(client, id).then(
      () => false,
      () => true,
    );
    await goOn(client, id);
    await check(client, id);
    process.send?.(stopped ? "well" : "nothing stopped it");
  } catch (error) {
    process.send?.(String(error));
  }
  await client.close();
  process.disconnect();
}

void main(JSON.parse(process.argv[2] as string), process.argv[3] as string, process.argv[4] as string);
