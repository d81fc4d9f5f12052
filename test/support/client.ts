import { join } from "node:path";
import type { ImportClient } from "../../lib/client/import-client.js";
import { openClient as open } from "../../lib/client/open.js";
import { type ClientSettings, readClientSettings } from "../../lib/client/settings.js";
import type { Ports } from "../../lib/files/ports.js";
import { scratch } from "./scratch.js";

/** Settings of a client in a folder of its own, with what a test wants different. */
export function clientSettings(change: Partial<ClientSettings> = {}): ClientSettings {
  const root = change.root ?? join(scratch(), "ImpPath");
  const settings = readClientSettings({
    root,
    clientId: "DEMO0001",
    orgCode: "123456789",
    customsCode: "4403960000",
    region: "5300",
  });
  return { ...settings, ...change };
}

/** An open client; the test closes it. */
export async function openClient(change: Partial<ClientSettings> = {}, ports?: Ports): Promise<ImportClient> {
  return (await open(clientSettings(change), ports && { ports })).client;
}
