import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

// Loaded before every test run: the PIN guard's record of these tests is not the machine's.
const folder = mkdtempSync(join(tmpdir(), "sw-pin-guard-"));
process.env.SW_PIN_GUARD = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
