import type { Node, NodeAPI, NodeDef } from "node-red";
import { readTempBox } from "../../lib/boxes/claim.js";
import { handleOf } from "../../lib/boxes/context.js";
import type { ImportClient } from "../../lib/client/import-client.js";
import { codeOf, faultOf, messageOf } from "../../lib/errors.js";
import type { DocumentRow } from "../../lib/ledger/index.js";
import type { WireFields } from "../../lib/send/fields.js";
import { readBusinessLimits } from "../../lib/send/lanes.js";
import { DocumentSender, type SenderSettings } from "../../lib/send/sender.js";
import { settingNumber, settingText } from "../../lib/settings.js";
import { showConnection } from "../connection-status.js";
import type { BrokerNode, ImportClientNode } from "../registry.js";
import {
  assertNotRefused,
  clientOf,
  configNode,
  documentOf,
  type FlowMessage,
  onClose,
  onInput,
  payloadOf,
  StatusLine,
} from "../runtime.js";
import { fieldEvaluator } from "./fields.js";

interface Config extends NodeDef {
  broker?: string;
  client?: string;
  queue?: string;
  exchange?: string;
  confirmTimeout?: string | number;
  giveUpAfter?: string | number;
  attempts?: string | number;
  window?: string | number;
  perBusiness?: string;
  body?: string;
  fields?: string;
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

    interface Started {
      client: ImportClient;
      sender: DocumentSender;
      fields: (message: FlowMessage) => Promise<WireFields>;
    }

    const begin = async (): Promise<Started> => {
      const clientNode = configNode<ImportClientNode>(RED, config.client, "sw-import-client");
      const client = await clientOf(RED, this, status, config.client);
      const brokerNode = configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      const confirmWithin = settingNumber(
        "confirmTimeout",
        config.confirmTimeout,
        brokerNode.settings.confirmTimeout ?? 30,
        1,
      );
      const wrap = settingText(config.body) === "dxp";
      const fields = fieldEvaluator(RED, this, config.fields);
      const settings: SenderSettings = {
        id: this.id,
        exchange: settingText(config.exchange),
        queue: settingText(config.queue) || `Q_Send${client.settings.clientId}`,
        // A confirm may come late, but not later than the broker notices that we are gone (promises 1).
        confirmTimeout: Math.max(confirmWithin, brokerNode.settings.heartbeat) * 1000,
        giveUpAfter: settingNumber("giveUpAfter", config.giveUpAfter, 1800) * 1000,
        attempts: settingNumber("attempts", config.attempts, 2),
        window: settingNumber("window", config.window, 100, 1),
        perBusiness: readBusinessLimits("perBusiness", settingText(config.perBusiness)),
        wrap,
      };
      if (closed) throw new Error("closed");
      broker = brokerNode;
      const connection = brokerNode.register(this, clientNode, { send: settings.queue, exchange: settings.exchange });
      const showState = () => showConnection(status, connection);
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
      return { client, sender, fields };
    };

    /** Resends what a stop left unknown, or what a person released; it goes on behind this node like any other. */
    async function takeUp(
      client: ImportClient,
      from: DocumentSender,
      row: DocumentRow,
      released: boolean,
    ): Promise<void> {
      const message: FlowMessage = { _msgid: RED.util.generateId(), filename: row.fileName, document: handleOf(row) };
      client.claims.inFlight.take(row.id, node.id);
      try {
        const payload = readTempBox(client, row) ?? Buffer.alloc(0);
        const sent = await from.send(handleOf(row), payload, { released });
        node.send({ ...message, payload, document: handleOf(sent.row) });
      } catch (error) {
        client.claims.inFlight.release(row.id);
        if (faultOf(error).code === "SW-STOPPED") return;
        node.error(messageOf(error), { ...message, fault: faultOf(error) });
      }
    }

    const started = begin();
    started.catch((error) => {
      if (closed || codeOf(error) === "SW-STOPPED") return;
      status.show("red", "ring", "config");
      this.error(messageOf(error));
    });

    onInput(this, async (message, send) => {
      const { client, sender: from, fields } = await started;
      const document = documentOf(message);
      assertNotRefused(document);
      status.show("blue", "dot", "sending");
      try {
        const set = await fields(message);
        const sent = await from.send(document, payloadOf(message), {
          fields: set,
          // The bytes are on disk: a thousand documents that wait for the broker are a thousand handles.
          onWait: () => {
            message.payload = undefined;
          },
        });
        message.payload ??= sent.payload ?? readTempBox(client, sent.row);
        message.document = { ...document, ...handleOf(sent.row) };
        status.show("green", "dot", "confirmed");
        send(message);
      } catch (error) {
        if (faultOf(error).code === "SW-STOPPED") client.claims.inFlight.release(document.id);
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
