import type { Node, NodeAPI, NodeDef } from "node-red";
import { ReceiptConsumer } from "../../lib/amqp/consumer.js";
import { settingNumber, settingText } from "../../lib/client/settings.js";
import type { BrokerNode, ImportClientNode } from "../registry.js";
import { checkConfig, configNode, type FlowMessage, onClose, StatusLine } from "../runtime.js";

interface Config extends NodeDef {
  broker?: string;
  client?: string;
  queue?: string;
  prefetch?: string | number;
}

export = (RED: NodeAPI): void => {
  function MqReceive(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(this, "mq-receive");
    let broker: BrokerNode | undefined;
    let consumer: ReceiptConsumer | undefined;
    let stopListening: (() => void) | undefined;
    let closed = false;

    const begin = async () => {
      const client = await configNode<ImportClientNode>(RED, config.client, "sw-import-client").ready;
      const queue = settingText(config.queue) || `Q_Recv${client.settings.clientId}`;
      const prefetch = settingNumber("prefetch", config.prefetch, 20, 1);
      const brokerNode = configNode<BrokerNode>(RED, config.broker, "sw-mq-broker");
      if (closed) return;
      broker = brokerNode;
      const connection = brokerNode.register(this, { receive: queue });
      const showState = () => {
        if (connection.state === "disconnected" || connection.state === "closed")
          status.show("red", "ring", "disconnected");
        else if (connection.state === "connecting") status.show("yellow", "ring", "connecting");
      };
      connection.on("state", showState);
      stopListening = () => connection.off("state", showState);
      let told = "";
      consumer = new ReceiptConsumer(
        connection,
        client.deliveries,
        { queue, prefetch },
        {
          onReady: () => {
            told = "";
            status.show("green", "dot", "connected");
          },
          onFault: (error) => {
            status.show("red", "ring", "disconnected");
            const text = `${error.code} ${error.text.zh} / ${error.text.en}`;
            // That the connection was lost is for the broker node to tell.
            if (text !== told && error.details.fault !== "closed") this.warn(text);
            told = text;
          },
          onDelivery: ({ id, messageId, redelivered, receivedAt, fileName, body }) => {
            status.show("blue", "dot", "receiving");
            const message: FlowMessage = {
              _msgid: RED.util.generateId(),
              payload: body,
              ...(fileName && { filename: fileName }),
              delivery: { id, queue, messageId, redelivered, receivedAt },
            };
            this.send(message);
          },
        },
      );
      await consumer.start();
      showState();
    };
    checkConfig(this, status, begin);
    onClose(this, async () => {
      closed = true;
      status.close();
      stopListening?.();
      await consumer?.stop();
      await broker?.deregister(this);
    });
  }
  RED.nodes.registerType("sw-mq-receive", MqReceive);
};
