import type { Node, NodeAPI, NodeConstructor } from "node-red";
import { BrokerConnection } from "../../lib/amqp/connection.js";
import type { BrokerError } from "../../lib/amqp/faults.js";
import { queueDepth } from "../../lib/amqp/queue-depth.js";
import { type BrokerSettings, eachHost } from "../../lib/amqp/settings.js";
import { assertDemoBroker } from "../../lib/client/demo.js";
import type { Link } from "../../lib/client/link.js";
import { stopped } from "../../lib/send/errors.js";
import { settingText } from "../../lib/settings.js";
import { changes } from "../changes.js";
import { spoken } from "../connection-status.js";
import {
  type BrokerNode,
  type BrokerReport,
  brokerNodes,
  type ImportClientNode,
  type UsedQueues,
} from "../registry.js";
import { onClose, sayOnce } from "../runtime.js";
import { leaveQueues, useQueues } from "../separation.js";
import { type BrokerConfig, readBrokerSettings } from "./settings.js";

/** A fault as `status` has it. */
function faultFor(fault: BrokerError | undefined): BrokerReport["fault"] {
  return fault ? { code: fault.code, text: fault.text, advice: fault.advice ?? null } : null;
}

/** Milliseconds that a stopping broker node waits for those who use it. */
const LEAVE_WITHIN = 8000;

export = (RED: NodeAPI): void => {
  /** A credential, or the environment variable that stands for it. */
  function secret(node: Node, credential: unknown, variable: unknown): string {
    const own = settingText(credential);
    const name = settingText(variable);
    return own || (name ? settingText(RED.util.evaluateNodeProperty(name, "env", node, {})) : "");
  }

  function readSettings(node: Node<{ user?: string; password?: string }>, config: BrokerConfig): BrokerSettings {
    return readBrokerSettings(RED, config, {
      user: secret(node, node.credentials?.user, config.userEnv),
      password: secret(node, node.credentials?.password, config.passwordEnv),
    });
  }

  function MqBroker(this: BrokerNode, config: BrokerConfig): void {
    RED.nodes.createNode(this, config);
    this.client = settingText(config.client);
    let shared: BrokerConnection | undefined;
    /** Nodes that send or receive over it, and whether each may do so now. */
    const users = new Map<string, Link | undefined>();
    const queues = new Map<string, UsedQueues>();
    let closed = false;
    let allLeft: (() => void) | undefined;
    Object.defineProperty(this, "owner", {
      get: () => {
        const owner = this.client ? (RED.nodes.getNode(this.client) as ImportClientNode | null) : null;
        return owner?.type === "sw-import-client" ? owner : undefined;
      },
    });
    try {
      const settings = readSettings(this as Node<{ user?: string; password?: string }>, config);
      assertDemoBroker(eachHost(settings), process.env);
      this.settings = settings;
    } catch (error) {
      this.fault = error;
      sayOnce(this, error);
      return;
    }

    /** In the daily log of the client that the broker belongs to (faq 8). */
    const record = (code: string, text: string) => {
      this.owner?.ready.then((client) => client.record("connection", "", "", code, text)).catch(() => undefined);
    };

    const connect = (link: Link | undefined): BrokerConnection => {
      const { heartbeat } = this.settings;
      const settings = { ...this.settings, heartbeat: link?.heartbeat(heartbeat) ?? heartbeat };
      const connection = new BrokerConnection(settings);
      let reported = "";
      connection.on("state", (state, fault) => {
        changes.note("");
        const text = fault ? spoken(fault) : "";
        // A broker that is away is reported once, not at each try.
        if (state === "disconnected" && text !== reported) {
          this.warn(text);
          record(fault?.code ?? "", text);
        }
        if (state === "connected" && reported !== "") {
          this.log("connected again");
          record("", "connected");
        }
        if (state === "disconnected" || state === "connected") reported = text;
      });
      return connection;
    };
    this.readersHere = (queue) => shared?.readersHere(queue) ?? 0;
    const disconnect = async () => {
      const connection = shared;
      shared = undefined;
      await connection?.close();
    };

    const wanted = () => [...users.values()].some((link) => !link || link.isOpen);
    // Where another client's link wants it, it is not this one's to end.
    const linked = {
      get stands() {
        return shared?.state === "connected" || shared?.state === "blocked";
      },
      gone: async () => (wanted() ? undefined : shared?.gone()),
    };
    const follow = () => {
      if (wanted()) shared?.start();
      else void shared?.suspend();
    };

    this.register = (user, client, names) => {
      // One that was waiting for its client while a deploy went on.
      if (closed) throw stopped();
      useQueues(user, client, this, names);
      const link = client.opening?.client?.link;
      if (!users.has(user.id)) link?.on("change", follow);
      users.set(user.id, link);
      queues.set(user.id, names);
      link?.use(this.id, linked);
      shared ??= connect(link);
      follow();
      return shared;
    };
    this.deregister = async (user) => {
      leaveQueues(user);
      const link = users.get(user.id);
      link?.off("change", follow);
      users.delete(user.id);
      if (![...users.values()].includes(link)) link?.use(this.id, undefined);
      queues.delete(user.id);
      if (users.size > 0) return;
      await disconnect();
      allLeft?.();
    };
    this.queues = () => {
      const names = [...queues.values()];
      const known = (list: (string | undefined)[]) => [...new Set(list.filter((name): name is string => !!name))];
      return { send: known(names.map(({ send }) => send)), receive: known(names.map(({ receive }) => receive)) };
    };
    const standsBy = () => users.size > 0 && [...users.values()].every((link) => link?.follows);
    this.inUse = () => users.size > 0 && !standsBy();
    const fault = () => shared?.lastFault ?? shared?.channelFault;
    const code = () => fault()?.details.fault ?? "";
    this.hindrance = () => code() || (shared?.state === "connected" ? "" : (shared?.state ?? "disconnected"));
    this.metFault = () => faultFor(fault());
    this.report = async () => {
      const { send, receive } = this.queues();
      const wanted = [
        ...send.map((name) => ({ name, use: "send" as const })),
        ...receive.map((name) => ({ name, use: "receive" as const })),
      ];
      const depths = await Promise.all(wanted.map(({ name }) => queueDepth(shared, name)));
      return {
        id: this.id,
        name: this.name ?? "",
        client: this.client,
        state: standsBy() ? "standby" : (shared?.state ?? "disconnected"),
        code: code(),
        fault: this.metFault(),
        queues: wanted.map((queue, index) => ({ ...queue, depth: depths[index] ?? null })),
      };
    };
    brokerNodes.set(this.id, this);
    onClose(this, async () => {
      closed = true;
      if (brokerNodes.get(this.id) === this) brokerNodes.delete(this.id);
      // Node-RED stops all nodes at once; what is on its way may still be confirmed.
      if (users.size > 0) {
        await new Promise<void>((resolve) => {
          const limit = setTimeout(resolve, LEAVE_WITHIN);
          allLeft = () => {
            clearTimeout(limit);
            resolve();
          };
        });
      }
      await disconnect();
    });
  }
  RED.nodes.registerType("sw-mq-broker", MqBroker as NodeConstructor<Node, BrokerConfig, object>, {
    credentials: { user: { type: "text" }, password: { type: "password" } },
  });
};
