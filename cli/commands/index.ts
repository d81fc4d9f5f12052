import type { Command } from "../terminal.js";
import { importSettings } from "./import-settings.js";
import { shadow } from "./shadow.js";
import { switchOver } from "./switch.js";

export const COMMANDS: readonly Command[] = [importSettings, shadow, switchOver];
