/**
 * The steps between which a stop may come, each right before or after something durable. Tests run every one of them
 * (`test/process/crash-points.test.ts`, `crash-decisions.test.ts`): `CRASH_AT=<label>[,<label>]` stops the process there, `CRASH_HOW=kill|throw|ENOSPC` says how. Without the
 * variable a crash point does nothing.
 */
export const CRASH_POINTS = [
  "claim.before-rename",
  "claim.after-rename",
  "claim.after-row",
  "claim.after-park",
  "claim.after-copy",
  "gather.after-xml",
  "gather.after-pdfs",
  "gather.after-zip",
  "gather.after-place",
  "send.before-spool",
  "send.after-spool",
  "send.before-sending",
  "send.after-sending",
  "send.after-publish",
  "send.after-confirm",
  "send.after-sent",
  "settle.before-move",
  "place.after-copy",
  "place.after-link",
  "settle.after-move",
  "settle.after-row",
  "fail.after-state",
  "fail.after-receipt-row",
  "fail.after-receipt-file",
  "return.after-row",
  "return.after-move",
  "receipt.before-row",
  "receipt.after-row",
  "receipt.after-file",
  "receipt.after-filed",
  "receipt.after-ack",
  "adopt.after-file",
  "adopt.after-row",
  "resend.after-row",
  "resend.after-copy",
  "hold.after-row",
  "hold.after-move",
  "release.after-note",
  "release.after-state",
  "retention.after-remove",
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const wanted = new Set((process.env.CRASH_AT ?? "").split(",").filter(Boolean));

/** Stops here, once a process, when the environment asks for it. */
export function crashPoint(label: CrashPoint): void {
  if (wanted.size === 0 || !wanted.delete(label)) return;
  const how = process.env.CRASH_HOW ?? "kill";
  process.stderr.write(`crash point ${label}: ${how}\n`);
  if (how === "kill") process.kill(process.pid, "SIGKILL");
  throw Object.assign(new Error(`crash point ${label}`), how === "ENOSPC" && { code: "ENOSPC" });
}
