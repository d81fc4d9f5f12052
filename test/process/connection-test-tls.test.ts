import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { BrokerFault } from "../../lib/amqp/fault-texts.js";
import type { BrokerSettings } from "../../lib/amqp/settings.js";
import { ConnectionBench } from "../support/connection-bench.js";

describe("connection test: TLS", function () {
  this.timeout(360_000);
  const at = new ConnectionBench();

  const running = async (settings: BrokerSettings, fault: BrokerFault) => at.survives(settings, fault);

  it("names an expired certificate, one that is not valid yet, and shows their dates", async () => {
    const { text } = await at.says("certificate expired", at.secure("expired.test"), "tls", "tls-expired");
    assert.match(text.zh, /2020-01-01 – 2021-01-01/);
    await running(at.secure("expired.test"), "tls-expired");
    const early = await at.says("certificate not valid yet", at.secure("future.test"), "tls", "tls-not-yet-valid");
    assert.match(early.text.en, /2040-01-01 – 2041-01-01/);
    await running(at.secure("future.test"), "tls-not-yet-valid");
  });

  it("names a wrong CA, and who issued it", async () => {
    const { text } = await at.says("another CA", at.secure("stranger.test"), "tls", "tls-ca");
    assert.match(text.en, /issued by Other CA/);
    await running(at.secure("stranger.test"), "tls-ca");
    await at.says("no CA given", at.secure("good.test", { ca: undefined }), "tls", "tls-ca");
  });

  it("names a wrong name, and both names", async () => {
    const { text } = await at.says("another name", at.secure("name.test"), "tls", "tls-name");
    assert.match(text.en, /certificate for somebody\.else, asked for \(SNI\) name\.test/);
    await running(at.secure("name.test"), "tls-name");
  });

  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    it(`names a client certificate that is asked for or not accepted, ${maxVersion}`, async () => {
      const settings = (more = {}) => at.secure("client.test", { maxVersion, ...more });
      await at.says(`client certificate required (${maxVersion})`, settings(), "tls", "tls-client-missing");
      await running(settings(), "tls-client-missing");
      await at.says(
        `client certificate of another CA (${maxVersion})`,
        settings(at.pem(at.strangeClient)),
        "tls",
        "tls-client-refused",
      );
      await running(settings(at.pem(at.strangeClient)), "tls-client-refused");
      const { failed } = await at.run(`none (client certificate, ${maxVersion})`, settings(at.pem(at.client)));
      assert.equal(failed, undefined);
    });
  }

  it("names our own certificate when it has expired, or does not fit its key, before anything is sent", async () => {
    await at.says(
      "our client certificate expired",
      at.secure("client.test", at.pem(at.oldClient)),
      "tls",
      "tls-client-expired",
    );
    const mixed = { cert: readFileSync(at.client.certificate), key: readFileSync(at.strangeClient.key) };
    await at.says("key of another certificate", at.secure("client.test", mixed), "tls", "tls-settings");
    await running(at.secure("client.test", mixed), "tls-settings");
    const rubbish = { cert: "rubbish", key: "rubbish" };
    await at.says("certificate is no PEM", at.secure("client.test", rubbish), "tls", "tls-settings");
  });

  it("names encryption that is set wrong, either way, and no common version", async () => {
    await at.says("TLS to a plain port", at.secure("good.test", {}, { port: at.broker.port }), "tls", "tls-plain");
    await running(at.secure("good.test", {}, { port: at.broker.port }), "tls-plain");
    await at.says("plain to a TLS port", at.plain({ port: at.broker.tlsPort as number }), "amqp", "no-amqp");
    await running(at.plain({ port: at.broker.tlsPort as number }), "no-amqp");
    const old = at.secure("good.test", { minVersion: "TLSv1", maxVersion: "TLSv1.1" });
    await at.says("only old TLS versions", old, "tls", "tls-version");
  });

  it("warns of verification that is turned off, and of a certificate that soon ends", async () => {
    const off = await at.run("verification turned off", at.secure("expired.test", { rejectUnauthorized: false }));
    const step = off.steps.find((one) => one.step === "tls");
    assert.deepEqual([off.failed, step?.warning], [undefined, true]);
    assert.match(step?.advice?.zh ?? "", /已关闭证书验证.*CERT_HAS_EXPIRED/);
    const soon = await at.run("certificate ends in 10 days", at.secure("soon.test"));
    assert.deepEqual([soon.failed, soon.steps.find((one) => one.step === "tls")?.warning], [undefined, true]);
  });
});
