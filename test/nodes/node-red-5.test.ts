import { nodesIn } from "./suite.js";

nodesIn("node-red-5", "5");
