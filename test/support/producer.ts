import {
  closeSync,
  existsSync,
  ftruncateSync,
  openSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";

/** The ways in which real producers write into an OutBox (promises 2). */
export const STYLES = ["rename", "whole", "halves", "slow", "pre-allocated"] as const;
/** How some write a PDF: its zeros lie there for seconds, under a modification time of long ago. */
export const PDF_STYLES = [...STYLES, "zeros first"] as const;
export type Style = (typeof PDF_STYLES)[number];

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** The folder or share is not there, or cannot be written now: what every producer meets, and tries again. */
const AWAY = ["ENOENT", "ENOTDIR", "EPERM", "EACCES", "EROFS"];
const TRY_AGAIN = 100;

async function whenThere<T>(work: () => T): Promise<T> {
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!AWAY.includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
      await pause(TRY_AGAIN);
    }
  }
}

/**
 * Writes one file in one of these ways; resolves when the producer has finished with it. A folder that is away is waited for.
 * What is written piece by piece goes through one handle, as it does everywhere: it follows a folder that is renamed.
 */
export async function produce(outBox: string, fileName: string, bytes: Buffer, style: Style): Promise<void> {
  const path = join(outBox, fileName);
  const middle = Math.floor(bytes.length / 2);
  const inPieces = async (name: string, write: (handle: number) => Promise<void>) => {
    const handle = await whenThere(() => openSync(name, "w"));
    await write(handle);
    closeSync(handle);
  };
  switch (style) {
    case "rename":
      // The unfinished file may have gone away with its folder, or come back with it after it was written anew.
      for (let done = false; !done; ) {
        await inPieces(`${path}.tmp`, async (handle) => {
          writeSync(handle, bytes, 0, middle);
          await pause(20);
          writeSync(handle, bytes, middle);
        });
        done = await whenThere(() => {
          if (!existsSync(`${path}.tmp`) && existsSync(outBox)) return false;
          renameSync(`${path}.tmp`, path);
          return true;
        });
      }
      return;
    case "whole":
      return whenThere(() => writeFileSync(path, bytes));
    case "halves":
      return inPieces(path, async (handle) => {
        writeSync(handle, bytes, 0, middle);
        await pause(400);
        writeSync(handle, bytes, middle);
      });
    case "slow":
      return inPieces(path, async (handle) => {
        const piece = Math.ceil(bytes.length / 6);
        for (let at = 0; at < bytes.length; at += piece) {
          await pause(60);
          writeSync(handle, bytes, at, Math.min(piece, bytes.length - at));
        }
      });
    case "pre-allocated":
      // As SMB clients do: the size first, the content after.
      return inPieces(path, async (handle) => {
        ftruncateSync(handle, bytes.length);
        await pause(300);
        writeSync(handle, bytes, 0, bytes.length, 0);
      });
    case "zeros first":
      await inPieces(path, async (handle) => {
        writeSync(handle, Buffer.alloc(bytes.length));
        const longAgo = new Date(Date.now() - 86_400_000);
        utimesSync(path, longAgo, longAgo);
        await pause(2500);
        writeSync(handle, bytes, 0, bytes.length, 0);
      });
      return;
  }
}

/** Removes what a producer left unfinished when its folder was renamed under its hands. */
export function cleanUp(outBox: string, fileName: string): void {
  rmSync(join(outBox, `${fileName}.tmp`), { force: true });
}
