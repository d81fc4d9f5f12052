import { childOf, type Tree } from "../tree.js";
import { el } from "../write-xml.js";
import { envelope } from "./envelope.js";
import { bondInvtBsc } from "./inventory-head.js";
import type { Answer, Numbers } from "./types.js";

/** 核注清单记账回执: no HdeApprResult, and here without the own number, so that only the later two keys match. */
export function inv211(of: { numbers: Numbers; body: Tree; clientId: string; messageId: string; at: number }): Answer {
  return envelope({
    type: "INV211",
    code: "2",
    clientId: of.clientId,
    messageId: of.messageId,
    at: of.at,
    body: el("INV211", [
      bondInvtBsc({
        numbers: of.numbers,
        head: childOf(of.body, "InvtHeadType"),
        writtenOff: "2",
        ownNumber: false,
        at: of.at,
      }),
    ]),
  });
}
