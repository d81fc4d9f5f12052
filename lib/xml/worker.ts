import { parentPort } from "node:worker_threads";
import { messageOf } from "../errors.js";
import { performTask, type Task } from "./tasks.js";

// One task at a time: the owner (`run.ts`) sends the next one only after the answer.
parentPort?.on("message", (task: Task) => {
  performTask(task).then(
    (outcome) => parentPort?.postMessage({ outcome }),
    (error) => parentPort?.postMessage({ failed: messageOf(error) }),
  );
});
