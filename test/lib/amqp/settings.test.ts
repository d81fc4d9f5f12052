import assert from "node:assert/strict";
import { type BrokerSettings, eachHost, maskedUrl, readHosts } from "../../../lib/amqp/settings.js";

const SETTINGS: BrokerSettings = {
  host: "a.example",
  port: 5671,
  vhost: "/",
  user: "u",
  password: "secret",
  tls: {},
  heartbeat: 10,
  connectTimeout: 15,
  connectionName: "test",
};

describe("broker hosts", () => {
  const good: [text: string, hosts: string[]][] = [
    ["a.example", ["a.example 5671"]],
    ["a.example, b.example:5673；c.example", ["a.example 5671", "b.example 5673", "c.example 5671"]],
    ["127.0.0.1:1 ::1 [::1]:2 [fe80::1%eth0]", ["127.0.0.1 1", "::1 5671", "::1 2", "fe80::1%eth0 5671"]],
  ];
  for (const [text, hosts] of good) {
    it(`reads ${text}`, () => {
      const read = readHosts(text, 5671)?.map(({ host, port }) => `${host} ${port}`);
      assert.deepEqual(read, hosts);
    });
  }
  for (const text of ["", " , ", "a:0", "a:65536", "a:b", "amqp://a.example", "[::1", "a:1:2"]) {
    it(`refuses ${JSON.stringify(text)}`, () => assert.equal(readHosts(text, 5671), undefined));
  }

  it("are tried in the order in which they are written, each with its own address in the texts", () => {
    const settings = { ...SETTINGS, others: [{ host: "b.example", port: 5673 }] };
    assert.deepEqual(eachHost(settings).map(maskedUrl), [
      "amqps://u:***@a.example:5671",
      "amqps://u:***@b.example:5673",
    ]);
  });
});
