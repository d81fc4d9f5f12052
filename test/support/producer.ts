import { appendFileSync, closeSync, ftruncateSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The ways in which real producers write into an OutBox (promises 2). */
export const STYLES = ["rename", "whole", "halves", "slow", "pre-allocated"] as const;
export type Style = (typeof STYLES)[number];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Writes one file in one of these ways; resolves when the producer has finished with it. */
export async function produce(outBox: string, fileName: string, bytes: Buffer, style: Style): Promise<void> {
  const path = join(outBox, fileName);
  const middle = Math.floor(bytes.length / 2);
  switch (style) {
    case "rename":
      writeFileSync(`${path}.tmp`, bytes.subarray(0, middle));
      await pause(20);
      appendFileSync(`${path}.tmp`, bytes.subarray(middle));
      renameSync(`${path}.tmp`, path);
      return;
    case "whole":
      writeFileSync(path, bytes);
      return;
    case "halves":
      writeFileSync(path, bytes.subarray(0, middle));
      await pause(400);
      appendFileSync(path, bytes.subarray(middle));
      return;
    case "slow":
      writeFileSync(path, "");
      for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 6)) {
        appendFileSync(path, bytes.subarray(at, at + Math.ceil(bytes.length / 6)));
        await pause(60);
      }
      return;
    case "pre-allocated": {
      // As SMB clients do: the size first, the content after.
      const handle = openSync(path, "w");
      ftruncateSync(handle, bytes.length);
      await pause(300);
      writeSync(handle, bytes, 0, bytes.length, 0);
      closeSync(handle);
      return;
    }
  }
}
