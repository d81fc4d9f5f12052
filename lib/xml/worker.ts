import { serveThread } from "../thread.js";
import { performTask, type Task } from "./tasks.js";

// The XML thread of `run.ts`.
serveThread((task: Task) => performTask(task));
