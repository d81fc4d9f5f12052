import type { Command } from "../terminal.js";
import { audit } from "./audit.js";
import { demo } from "./demo.js";
import { importSettings } from "./import-settings.js";
import { ledger } from "./ledger.js";
import { shadow } from "./shadow.js";
import { switchOver } from "./switch.js";

export const COMMANDS: readonly Command[] = [demo, importSettings, shadow, switchOver, ledger, audit];
