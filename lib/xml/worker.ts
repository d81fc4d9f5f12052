import { serveThread } from "../thread.js";
import { performTask } from "./tasks.js";

// The XML thread of `run.ts`.
serveThread(performTask);
