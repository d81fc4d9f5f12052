#!/usr/bin/env node
import { bothLanguages } from "../lib/errors.js";
import { faultOf } from "../lib/fault.js";
import { COMMANDS } from "./commands/index.js";
import { languageOf, type Terminal } from "./terminal.js";

/** `npx @single-window/node-red-import-client <command>`: what is done outside of Node-RED. */
async function main(args: readonly string[]): Promise<number> {
  const terminal: Terminal = {
    language: languageOf(args, process.env),
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
    input: process.stdin,
    output: process.stderr,
  };
  const [name = "help", ...rest] = args;
  const command = COMMANDS.find((one) => one.name === name);
  if (!command) {
    if (/^(?:help|--help|-h)$/.test(name)) {
      for (const { usage } of COMMANDS) terminal.print(`${usage[terminal.language]}\n`);
      return 0;
    }
    const names = COMMANDS.map((one) => one.name).join(", ");
    // A name from outside: nothing of it reaches the terminal but its visible characters.
    const word = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "?").slice(0, 100);
    terminal.complain(
      terminal.language === "zh"
        ? `没有命令“${word}”；有：${names}（--help 查看用法）`
        : `there is no command "${word}"; there are: ${names} (--help says how they are called)`,
    );
    return 2;
  }
  if (rest.includes("--help") || rest.includes("-h")) {
    terminal.print(command.usage[terminal.language]);
    return 0;
  }
  return command.run(rest, terminal);
}

// Whoever reads along may go, as `head` does: what is done is done to its end.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const { code, text, advice } = faultOf(error);
    process.stderr.write(`${code} ${bothLanguages(text)}\n${advice ? `→ ${bothLanguages(advice)}\n` : ""}`);
    process.exitCode = 1;
  },
);
