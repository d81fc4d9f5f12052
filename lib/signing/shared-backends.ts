import { isDeepStrictEqual } from "node:util";
import { openCard } from "./open.js";
import type { CardSettings } from "./settings.js";
import type { CardBackend } from "./types.js";

interface Shared {
  settings: CardSettings;
  backend: CardBackend;
  users: number;
}

const shared: Shared[] = [];

/**
 * The backend for these settings: one for all in this process that have the very same, so that a token has one login and one
 * session however many card nodes name it. `leave` gives it back; the last one closes it.
 */
export function shareBackend(settings: CardSettings): { backend: CardBackend; leave: () => Promise<void> } {
  let found = shared.find((one) => isDeepStrictEqual(one.settings, settings));
  if (!found) {
    found = { settings, backend: openCard(settings), users: 0 };
    shared.push(found);
  }
  const mine = found;
  mine.users++;
  let left = false;
  return {
    backend: mine.backend,
    leave: async () => {
      if (left) return;
      left = true;
      if (--mine.users > 0) return;
      shared.splice(shared.indexOf(mine), 1);
      await mine.backend.close();
    },
  };
}
