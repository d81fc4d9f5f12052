import { repositoryRoot } from "./node-red.js";
import { startSettings } from "./start/environment.js";
import { Session } from "./start/session.js";
import { bringUp } from "./start/up.js";

/**
 * `npm start`: the demo, which is the whole client with a Single Window of our own behind it, or, with SW_AMQP_HOST set,
 * the client alone for real work. The two share nothing: everything of the demo lies under `data/demo/`, and nothing of it
 * runs beside real work. Whatever is started listens on loopback only and ends with us.
 */
const session = new Session();
void session
  .run(async () => {
    const settings = startSettings(repositoryRoot(), process.env, process.argv.slice(2));
    await bringUp(session, settings, "npm start");
  })
  .then((code) => process.exit(code));
