import type { ImportClient } from "../../lib/client/import-client.js";
import { overrideDuplicate, releaseDocument, resendDocument } from "../../lib/client/person.js";
import { codeOf } from "../../lib/errors.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import { Fault } from "./decisions.js";
import type { World } from "./world.js";

const PERSON = 29;

const RESENDS = new Fault("a person sends it again", 0.1);
const OVERRIDES = new Fault("a person has a repeat sent all the same", 0.2);
const SAYS_SENT = new Fault("a person has seen it arrive", 0.5);

/** Milliseconds until a person who could do nothing tries again. */
const AGAIN = 3000;

type Act = (client: ImportClient) => Promise<unknown>;

/** Who decides about documents in the sidebar: what is held is released, now and then something is sent again. */
export class Persons {
  /** Ids of documents that a person has asked to be sent once more, or all the same. */
  readonly asked = new Set<string>();
  /** What a person is about to do. */
  open = 0;

  constructor(private readonly world: World) {}

  /** The ledger has committed a change of a document. */
  changed(before: DocumentRow | undefined, after: DocumentRow): void {
    const { decisions } = this.world;
    const { id, code, state } = after;
    if (state === "held" && before?.state !== "held") {
      // What was sent cannot be sent again when its bytes have gone: then it ends.
      this.later(
        (client) => this.release(client, id),
        true,
        (client) => releaseDocument(client, id, { reason: "gone", as: this.arrived(id) ? "sent" : "failed" }),
      );
    }
    if (!after.settled || before?.settled) return;
    if (code === "SW-DUP" && decisions.happens(OVERRIDES, PERSON)) {
      this.asked.add(id);
      this.later((client) => overrideDuplicate(client, id, { reason: "another one" }), false);
    } else if (state !== "failed" && decisions.happens(RESENDS, PERSON)) {
      this.asked.add(id);
      this.later((client) => resendDocument(client, id, { reason: "again" }), false);
    }
  }

  private arrived(id: string): boolean {
    return this.world.broker.stored.some(({ messageId }) => messageId.startsWith(id));
  }

  private release(client: ImportClient, id: string): Promise<unknown> {
    const { world } = this;
    const as = this.arrived(id) && world.decisions.happens(SAYS_SENT, PERSON) ? "sent" : "resend";
    world.tell("person", `releases ${id} as ${as}`);
    return releaseDocument(client, id, { reason: "looked", as });
  }

  /** `must`: until it has worked, or the document has gone on by itself. */
  private later(act: Act, must: boolean, otherwise?: Act): void {
    const { world } = this;
    this.open++;
    world.scheduler.at(world.scheduler.now + 500 + world.decisions.draw() * AGAIN, () => {
      this.open--;
      const client = world.workingClient();
      if (!client) {
        if (must) this.later(act, must, otherwise);
        return;
      }
      this.open++;
      let over = false;
      const ends = (error?: unknown) => {
        if (over) return;
        over = true;
        this.open--;
        if (error !== undefined) world.tell("person", `is refused: ${codeOf(error) ?? String(error)}`);
        if (error !== undefined && must && codeOf(error) !== "SW-STATE") this.later(act, must, otherwise);
        else if (error !== undefined && must) this.later(otherwise ?? act, otherwise !== undefined);
      };
      act(client).then(
        () => ends(),
        (error) => ends(error),
      );
      // Of a process that has ended nobody hears anything.
      world.scheduler.at(world.scheduler.now + 60_000, () => ends(new Error("no answer")));
    });
  }
}
