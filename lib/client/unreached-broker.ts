import { waitAtMost } from "../clock.js";
import type { Bilingual } from "../errors.js";
import { nameOf, type OtherInstance } from "../ledger/instances.js";
import type { ImportClient } from "./import-client.js";

/**
 * Milliseconds without a connection to the broker: until the others are told of it, and until whoever leads gives the lead up. An attempt may
 * take 10 s, a broker that is restarted is back sooner.
 */
export const UNREACHED = { told: 10_000, givesUp: 30_000 } as const;

/** So long it stands at the one that gave the lead up: it does not try any more, and cannot know when it would reach the broker again. */
const DAY = 24 * 60 * 60 * 1000;

/** The place in `standing`. */
const PLACE = "link";

type Asked = Pick<ImportClient, "link" | "lease" | "clock" | "standing" | "reports">;

/**
 * Of several instances of which one has the link (several machines, line 12): one that cannot reach the broker, for a wrong port or its
 * firewall, must not keep it from those that can. Looked at again and again.
 */
export class UnreachedBroker {
  private since: number | undefined;

  constructor(private readonly client: Asked) {}

  async look(): Promise<void> {
    const { link, lease, clock } = this.client;
    const { lead } = lease;
    if (!lead) return;
    const { reaches } = link;
    if (reaches !== false) {
      this.since = undefined;
      lead.reach = reaches ? "reached" : "";
      this.tellOfLeader(reaches, lead.leader);
      return;
    }
    this.since ??= clock.monotonic();
    const time = clock.monotonic() - this.since;
    if (time >= UNREACHED.told) lead.reach = "away";
    if (time < UNREACHED.givesUp || !lead.mayGiveUp) return;
    this.since = undefined;
    if (await lead.giveUp(() => this.gone())) {
      lead.reach = "";
      this.gaveUp();
    }
    link.look();
  }

  /** Rejects where a connection does not come to its end: another one that sends beside it would be worse than one that does not. */
  private async gone(): Promise<void> {
    const { link, clock } = this.client;
    let isGone = false;
    const going = link.gone().then(() => {
      isGone = true;
    });
    await waitAtMost(clock, UNREACHED.givesUp, going);
    if (!isGone) throw new Error("the connection to the broker does not end");
  }

  private gaveUp(): void {
    const { reports, standing, clock } = this.client;
    const text = {
      zh: "本实例连不上消息服务器，已把收发交给另一个实例",
      en: "this instance does not reach the broker, and has given sending and receiving to another one",
    };
    reports.report("link-given-up", { code: "C18", text });
    standing.set(PLACE, { code: "C18", text, advice: ADVICE }, { until: clock.now() + DAY });
  }

  /** Who stands by is not as it should be while nobody sends. */
  private tellOfLeader(reaches: boolean | undefined, leader: OtherInstance | undefined): void {
    const { standing, link } = this.client;
    if (link.waitsForLeader && leader) {
      const name = nameOf(leader);
      const text = {
        zh: `负责收发的实例 ${name} 连不上消息服务器，单据等待`,
        en: `the instance ${name}, which sends and receives for all, does not reach the broker; documents wait`,
      };
      standing.set(LEADER_PLACE, { code: "C18", text, advice: ADVICE }, { since: leader.awaySince });
    } else standing.clear(LEADER_PLACE);
    if (reaches) standing.clear(PLACE);
  }
}

const LEADER_PLACE = "link-leader";

const ADVICE: Bilingual = {
  zh: "请在连不上的那台机器上测试连接（地址、端口、防火墙、代理）；不需要重启，单据不会丢失。",
  en: "Run the connection test on the machine that does not reach it (address, port, firewall, proxy); no restart is needed, nothing is lost.",
};
