// Those who share a client's ledger, in the box of the client; nothing where there is one alone.

import { line } from "./elements.mjs";
import { named, time, translate, translateKnown } from "./texts.mjs";

/** Host and process number; `standing` is said where it is not the usual one. */
export function instanceName({ host, pid, own, standing }) {
  const said = [own && translate("instance.own"), standing !== "alive" && translateKnown("instance", standing)];
  return [`${host} (${pid})`, ...said].filter(Boolean).join(" · ");
}

/** Each among the details; one that does not answer in the box itself. */
export function showInstances(instances, details, box) {
  const names = new Map(instances.map(({ id, host, pid }) => [id, `${host} (${pid})`]));
  for (const one of instances) (one.standing === "silent" ? box : details).append(instanceLine(one, names));
}

function instanceLine(one, names) {
  const { standing, leads, since, leaseUntil, takenBy, takenAt, documents, awaySince, gaveUpAt } = one;
  const taken = standing === "taken-over";
  const said = [
    named(translate("fact.instance"), instanceName(one)),
    leads && translate("instance.leads"),
    translate("instance.since", { time: time(since) }),
    translate(standing === "alive" ? "instance.until" : "instance.ended", { time: time(leaseUntil) }),
    taken && translate("instance.takenBy", { name: names.get(takenBy) ?? takenBy, time: time(takenAt) }),
    !taken && translate("instance.documents", { count: documents }),
    !taken && awaySince > 0 && translate("instance.away", { time: time(awaySince) }),
    !taken && gaveUpAt > 0 && translate("instance.gaveUp", { time: time(gaveUpAt) }),
  ];
  return line("home", said.filter(Boolean).join(" · "), { alive: "sw-good", silent: "sw-bad" }[standing] ?? "sw-muted");
}
