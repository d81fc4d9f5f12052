import { assertPortIsFree, realWork } from "./client.js";
import { demo } from "./demo.js";
import type { StartSettings } from "./environment.js";
import type { Session } from "./session.js";

/** Brings the demo up, or the client alone. `command`: how the person has started it. Errors: PlainError. */
export async function bringUp(session: Session, settings: StartSettings, command: string): Promise<void> {
  await assertPortIsFree(settings.port, command);
  for (const note of settings.notes) session.say(note);
  for (const name of settings.unused) delete process.env[name];
  const good = settings.clientOnly ? await realWork(session, settings).then(() => true) : await demo(session, settings);
  if (settings.once) return session.finish(good ? 0 : 1);
  session.say("Ctrl-C 停止 / stops everything that was started here");
}
