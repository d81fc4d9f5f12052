import { Worker } from "node:worker_threads";

/**
 * Starts a module as a worker thread. In the package it is a `.js` file; where the sources are run, a new thread does not
 * know TypeScript until it is told.
 */
export function startThread(file: string, workerData?: unknown): Worker {
  if (!file.endsWith(".ts")) return new Worker(file, { workerData });
  const modules = [require.resolve("tsx/cjs"), file];
  const start = modules.map((path) => `require(${JSON.stringify(path)});`).join("");
  return new Worker(start, { eval: true, execArgv: [], workerData });
}
