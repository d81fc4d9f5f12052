import type { Node, NodeAPI, NodeDef } from "node-red";
import { DocumentSender, type SenderSettings } from "../../lib/amqp/sender.js";
import { readTempBox } from "../../lib/boxes/claim.js";
import { handleOf } from "../../lib/boxes/context.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { settingNumber, settingText } from "../../lib/client/settings.js";
import { messageOf } from "../../lib/errors.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import type { BrokerNode, ImportClientNode } from "../registry.js";
import {
  assertNotRefused,
  configNode,
  documentOf,
  type FlowMessage,
  faultOf,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
} from "../runtime.js";

interface Config extends NodeDef {
  broker?: string;
  client?: string;
  queue?: string;
  exchange?: string;
  confirmTimeout?: string | number;
  giveUpAfter?: string | number;
  attempts?: string | number;
}

export = (RED: NodeAPI): void => {
  function MqSend(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "mq-send");
    const node = this;
    let broker: BrokerNode | undefined;
    let sender: DocumentSender | undefined;
    let stopListening: (() => void) | undefined;
    let closed = false;

    const begin = async (): Promise<{ client: ImportClient; sender: DocumentSender }> => {
      const client = await configNode<ImportClientNode>(RED, config.client, "sw-import-client").ready;
      const brokerNode = configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      const settings: SenderSettings = {
        id: this.id,
        exchange: settingText(config.exchange),
        queue: settingText(config.queue) || `Q_Send${client.settings.clientId}`,
        // A confirm may come late, but not later than the broker notices that we are gone (promises 1).
        confirmTimeout:
          Math.max(settingNumber("confirmTimeout", config.confirmTimeout, 30, 1), brokerNode.settings.heartbeat) * 1000,
        giveUpAfter: settingNumber("giveUpAfter", config.giveUpAfter, 1800) * 1000,
        attempts: settingNumber("attempts", config.attempts, 2),
      };
      if (closed) throw new Error("closed");
      broker = brokerNode;
      const connection = brokerNode.register(this, { send: settings.queue });
      const showState = () => {
        if (connection.state === "connected") status.show("green", "dot", "connected");
        else if (connection.state === "blocked") status.show("yellow", "dot", "blocked");
        else if (connection.state === "connecting") status.show("yellow", "ring", "connecting");
        else status.show("red", "ring", "disconnected");
      };
      connection.on("state", showState);
      sender = new DocumentSender(client, connection, settings);
      await sender.start();
      showState();
      const own = sender;
      const isKnown = (id: string) => RED.nodes.getNode(id) !== null;
      for (const row of await own.leftUnknown(isKnown)) void takeUp(client, own, row, false);
      const onChange = (row: DocumentRow, note: { event: string }) => {
        if (note.event === "released" && own.mayTakeUp(row, isKnown)) void takeUp(client, own, row, true);
      };
      client.on("change", onChange);
      stopListening = () => {
        client.off("change", onChange);
        connection.off("state", showState);
      };
      return { client, sender };
    };

    /** Resends what a stop left unknown, or what a person released; it goes on behind this node like any other. */
    async function takeUp(
      client: ImportClient,
      from: DocumentSender,
      row: DocumentRow,
      released: boolean,
    ): Promise<void> {
      const message: FlowMessage = { _msgid: RED.util.generateId(), filename: row.fileName, document: handleOf(row) };
      client.claims.take(row.id, node.id);
      try {
        const payload = readTempBox(client, row) ?? Buffer.alloc(0);
        const sent = await from.send(handleOf(row), payload, { released });
        node.send({ ...message, payload, document: handleOf(sent) });
      } catch (error) {
        client.claims.release(row.id);
        if (faultOf(error).code === "SW-STOPPED") return;
        node.error(messageOf(error), { ...message, fault: faultOf(error) });
      }
    }

    const started = begin();
    started.catch((error) => {
      status.show("red", "ring", "config");
      if (!closed) this.error(messageOf(error));
    });

    onInput(this, async (message, send) => {
      const { client, sender: from } = await started;
      const document = documentOf(message);
      assertNotRefused(document);
      status.show("blue", "dot", "sending");
      try {
        const row = await from.send(document, payloadOf(message));
        message.document = { ...document, ...handleOf(row) };
        status.show("green", "dot", "confirmed");
        send(message);
      } catch (error) {
        if (faultOf(error).code === "SW-STOPPED") client.claims.release(document.id);
        throw error;
      }
    });

    onClose(this, async () => {
      closed = true;
      status.close();
      stopListening?.();
      await sender?.stop();
      await broker?.deregister(this);
    });
  }
  RED.nodes.registerType("sw-mq-send", MqSend);
};
