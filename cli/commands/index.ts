import type { Command } from "../terminal.js";
import { importSettings } from "./import-settings.js";

export const COMMANDS: readonly Command[] = [importSettings];
