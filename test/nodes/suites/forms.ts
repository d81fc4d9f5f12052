import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Choice } from "../../../nodes/form/choices.js";
import type { Asked } from "../../../nodes/form/company.js";
import type { Gap } from "../../../nodes/form/missing.js";
import type { Value } from "../../../nodes/form/values.js";
import { box } from "../../support/boxes.js";
import { brokerNode, cardNode, clientNode, type FlowNode, node, watchNode } from "../../support/flow-nodes.js";
import { Place } from "../../support/place.js";
import type { RedBench } from "../../support/red-bench.js";
import { COMPANY, PIN } from "../../support/test-card.js";
import { until } from "../../support/until.js";

/** A node as the editor sends it. */
function asForm({ id, type, name, ...values }: FlowNode, credentials: object = {}) {
  return { id, type, name, values, credentials };
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: as a dialog keeps a variable
const ROOT = "${SW_TEST_ROOT}";
const variable = (name: string) => ROOT.replace("SW_TEST_ROOT", name);

export function forms(bench: RedBench): void {
  describe("what is in a dialog and not deployed", () => {
    const at = new Place(bench);
    const ask = async <T>(path: string, body: object): Promise<T> => {
      const answer = await bench.http().post(`/single-window/form/${path}`).send(body);
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
      return answer.body as T;
    };
    const missing = async (nodes: object[], environment: object = {}) =>
      (await ask<{ missing: Gap[] }>("missing", { nodes, environment })).missing;

    it("is told all at once what is missing, with node, setting and variable", async () => {
      await bench.load([]);
      // Other ones than those that the bench has passwords for.
      const card = cardNode(bench.token, { id: "card2", module: "/no/such/module.so", pinEnv: "SW_TEST_PIN" });
      const nodes = [
        asForm(clientNode(ROOT, { clientId: "", customsCode: "12", retentionDays: 0 })),
        asForm(brokerNode(bench.broker, { id: "broker2", host: "", userEnv: "SW_TEST_USER", passwordEnv: "" })),
        asForm(card),
      ];
      const found = await missing(nodes);
      assert.deepEqual(
        found.map(({ node, setting, variable }) => [node, setting, variable]),
        [
          ["client", "root", "SW_TEST_ROOT"],
          ["client", "clientId", ""],
          ["client", "customsCode", ""],
          ["client", "retentionDays", ""],
          ["broker2", "host", ""],
          ["broker2", "user", "SW_TEST_USER"],
          ["broker2", "password", ""],
          ["card2", "module", ""],
          ["card2", "pin", "SW_TEST_PIN"],
        ],
      );
      assert.match(found[0]?.text.zh ?? "", /未设置报文根目录（环境变量 SW_TEST_ROOT 没有值）/);
      for (const { text } of found) assert.ok(text.zh !== text.en || text.zh.includes("/"), text.en);
      assert.equal(found[0]?.advice, null);
      const [over] = await missing([
        asForm(clientNode(at.root, { clientId: ROOT.replace("SW_TEST_ROOT", "DXPESW0001") })),
      ]);
      assert.match(over?.text.en ?? "", /the environment variable DXPESW0001 has no value/);
      assert.match(over?.advice?.en ?? "", /^If DXPESW0001 is the value itself, choose string at the ▾/);
      assert.match(over?.advice?.zh ?? "", /若“DXPESW0001”本身就是要填的值，请点栏目中的 ▾，选择“文本”/);
      // Values of the global environment as the editor has it, and what is typed in fields of passwords.
      const whole = [
        asForm(clientNode(ROOT)),
        asForm(brokerNode(bench.broker), { user: "u", password: "p" }),
        asForm(cardNode(bench.token), { pin: PIN }),
      ];
      assert.deepEqual(await missing(whole, { SW_TEST_ROOT: at.root }), []);
    });

    it("is asked for the kind of card first, then for what that kind needs", async () => {
      await bench.load([]);
      const card = cardNode(bench.token, {
        id: "card2",
        backend: variable("SW_TEST_KIND"),
        module: "",
        pinEnv: "SW_TEST_PIN",
      });
      const asked = async (body: object, change: object = {}) => {
        const nodes = [{ ...asForm(card), ...change }];
        return (await ask<{ missing: Gap[] }>("missing", { nodes, environment: {}, ...body })).missing;
      };
      const settings = (gaps: Gap[]) => gaps.map(({ setting }) => setting);
      const [kind, ...others] = await asked({});
      assert.deepEqual([kind?.setting, kind?.variable, others], ["backend", "SW_TEST_KIND", []]);
      assert.ok(kind?.choices?.some(({ value, text }) => value === "control" && text.zh === "本机卡控件"));
      // What is chosen and not kept yet may still be chosen otherwise.
      assert.deepEqual(settings(await asked({ tried: { SW_TEST_KIND: "control" } })), ["backend", "pin"]);
      assert.deepEqual(settings(await asked({ tried: { SW_TEST_KIND: "software" } })), ["backend", "keyFile"]);
      assert.deepEqual(settings(await asked({ environment: { SW_TEST_KIND: "control" } })), ["pin"]);
      const { module } = bench.token;
      const driven = asForm({ ...card, module });
      assert.deepEqual(settings(await asked({}, driven)), ["pin"], "the usual kind, with its driver");
    });

    it("is told of a root without a business folder, unless the deploy makes one", async () => {
      await bench.load([]);
      const gaps = async (settings: Record<string, unknown> = {}, businesses = "") =>
        (await missing([asForm(clientNode(at.root, settings)), asForm(watchNode({ businesses }))])).map(
          ({ setting, text }) => `${setting} ${text.zh}`,
        );
      assert.match((await gaps()).join(), /^newFolders 报文根目录 .* 下还没有业务文件夹/);
      assert.deepEqual([await gaps({ newFolders: "DecCus001" }), await gaps({}, "DecCus001")], [[], []]);
      assert.deepEqual(await missing([asForm(clientNode(at.root))]), [], "nothing is taken from any folder");
      mkdirSync(join(at.root, "Sas", "OutBox"), { recursive: true });
      assert.deepEqual(await gaps(), []);
    });

    it("is offered what companies on one machine share, never a login, a PIN or a place, and asked for what is a company's own", async () => {
      await bench.load([]);
      const { module } = bench.token;
      const variables = {
        orgCode: variable("SW_TEST_ORG"),
        customsCode: variable("SW_TEST_CODE"),
        region: variable("SW_TEST_REGION"),
      };
      const card = {
        id: "card2",
        client: "client2",
        module: "",
        token: variable("SW_TEST_TOKEN"),
        pinEnv: "SW_TEST_PIN",
      };
      const login = { userEnv: "SW_TEST_USER", passwordEnv: "SW_TEST_PASSWORD" };
      const first = [
        asForm(clientNode(at.root, { name: "First", region: "5300" })),
        asForm(brokerNode(bench.broker, { client: "client", host: "mq.example" }), {
          user: "first",
          password: "secret",
        }),
        asForm(cardNode(bench.token, { client: "client" }), { pin: PIN }),
      ];
      const second = (change: object = {}) => [
        asForm(clientNode("", { id: "client2", clientId: "", ...variables })),
        asForm(
          brokerNode(bench.broker, { id: "broker2", client: "client2", host: variable("SW_TEST_HOST"), ...login }),
        ),
        asForm(cardNode(bench.token, { ...card, ...change })),
      ];
      type Answer = { missing: Gap[]; asked: Asked[] };
      const { missing: gaps, asked } = await ask<Answer>("missing", { nodes: [...first, ...second()] });
      assert.deepEqual(
        gaps.map(({ node, setting, offer }) => [node, setting, offer?.value ?? ""]),
        [
          ["client2", "root", ""],
          ["client2", "clientId", ""],
          ["broker2", "host", "mq.example"],
          ["broker2", "user", ""],
          ["broker2", "password", ""],
          ["card2", "module", module],
          ["card2", "pin", ""],
        ],
      );
      assert.equal(gaps.find(({ setting }) => setting === "host")?.offer?.from, "First");
      assert.deepEqual(
        asked.map(({ node, setting, variable, offer }) => [node, setting, variable, offer?.value ?? ""]),
        [
          ["client2", "orgCode", "SW_TEST_ORG", ""],
          ["client2", "customsCode", "SW_TEST_CODE", ""],
          ["client2", "region", "SW_TEST_REGION", "5300"],
        ],
      );
      // Two cards behind one driver: which is whose.
      const both = await ask<Answer>("missing", { nodes: [...first, ...second({ module })] });
      const token = both.asked.find(({ setting }) => setting === "token");
      assert.match(token?.text.en ?? "", /the card of First has the same driver/);
      // Another environment has a server of its own.
      const [production, ...rest] = first;
      const live = { ...production, values: { ...production?.values, environment: "production" } };
      const beside = await ask<Answer>("missing", { nodes: [live, ...rest, ...second()] });
      const offered = beside.missing.filter(({ offer }) => offer).map(({ setting }) => setting);
      assert.deepEqual(offered, ["module"]);
      const alone = await ask<Answer>("missing", { nodes: second({ module }) });
      assert.deepEqual(
        alone.asked.map(({ setting }) => setting),
        ["orgCode", "customsCode", "region"],
      );
      assert.ok(alone.missing.every(({ offer }) => offer === null));
    });

    it("names all that is wrong with a card at once, what its kind needs included, there and at deploy", async () => {
      const wrong = { module: "/no/such/module.so", slot: "first", keyId: "xyz", pinEnv: "SW_TEST_PIN" };
      const found = await missing([asForm(cardNode(bench.token, { id: "card2", ...wrong }))]);
      assert.deepEqual(
        found.map(({ setting }) => setting),
        ["slot", "keyId", "module", "pin"],
      );
      await bench.load([clientNode(at.root), cardNode(bench.token, wrong)]);
      await until("both are said", async () => /module\.so/.test(bench.errors().join("\n")));
      assert.match(bench.errors().join("\n"), /slot: first .*keyId/);
    });

    it("is told what each variable is now, or what is used as long as it has no value; nothing secret", async () => {
      await bench.load([]);
      const settings = {
        root: variable("SW_TEST_ROOT"),
        region: variable("SW_TEST_PIN"),
        ledger: variable("SW_TEST_DB"),
      };
      const nodes = [
        asForm(clientNode("", { ...settings, logDir: variable("SW_TEST_LOG"), advice: variable("SW_TEST_URL") })),
        asForm(node("sw-mq-send", "send", { client: "client", queue: variable("SW_TEST_QUEUE") })),
      ];
      const values = async (id: string, environment: object) =>
        (await ask<{ values: Value[] }>("values", { nodes, node: id, environment })).values
          .map(({ setting, isSet, value }) => [setting, isSet, value])
          .sort();
      const environment = { SW_TEST_PIN: "5300", SW_TEST_ROOT: at.root, SW_TEST_URL: "amqp://u:hidden@host" };
      assert.deepEqual(await values("client", environment), [
        ["advice", true, "amqp://u:***@host"],
        ["ledger", false, join(at.root, ".ledger", "ledger.db")],
        ["logDir", false, join(at.root, ".log")],
        ["region", true, ""],
        ["root", true, at.root],
      ]);
      // Without a root nothing below it is known.
      assert.deepEqual((await values("client", {})).slice(1, 3), [
        ["ledger", false, ""],
        ["logDir", false, ""],
      ]);
      assert.deepEqual(await values("send", {}), [["queue", false, "Q_SendDEMO0001"]]);
      assert.deepEqual(await values("other", {}), []);
    });

    it("takes passwords that are saved, and not those of a field that was emptied", async () => {
      await bench.load([clientNode(at.root), brokerNode(bench.broker), cardNode(bench.token)]);
      const broker = brokerNode(bench.broker, { userEnv: "", passwordEnv: "" });
      assert.deepEqual(await missing([asForm(broker), asForm(broker, { user: "u", password: "__PWRD__" })]), []);
      const emptied = await missing([asForm(broker, { user: "u", password: "" })]);
      assert.deepEqual(
        emptied.map(({ setting }) => setting),
        ["password"],
      );
    });

    it("is refused as a whole in the log of a deploy too", async () => {
      await bench.load([clientNode(ROOT, { clientId: "", retentionDays: 0 })]);
      const errors = bench.errors().join("\n");
      assert.match(
        errors,
        /the root folder is not set \(the environment variable SW_TEST_ROOT has no value\); the client ID/,
      );
      assert.match(errors, /the client ID is not set; retentionDays: 0 is not a number/);
    });

    it("is tested as it is: a broker and a card that are not deployed", async () => {
      await bench.load([clientNode(at.root), brokerNode(bench.broker, { host: "127.0.0.2", port: 1 })]);
      await bench.queue(at.queue);
      const nodes = [
        asForm(brokerNode(bench.broker)),
        asForm(cardNode(bench.token), { pin: PIN }),
        asForm(node("sw-mq-send", "send", { client: "client", broker: "broker", queue: at.queue })),
      ];
      type Report = { ok: boolean; steps: { step: string; ok: boolean; text: { en: string } }[] };
      const broker = await ask<Report>("diagnose", { nodes, broker: "broker" });
      const step = (name: string) => broker.steps.find((one) => one.step === name);
      assert.equal(step("login")?.ok, true, JSON.stringify(broker.steps));
      assert.equal(step(`queue ${at.queue}`)?.ok, true, JSON.stringify(broker.steps));
      assert.equal(step("client")?.ok, true, "its client is deployed");
      const fresh = node("sw-mq-send", "fresh", { client: "client3", broker: "broker", queue: "" });
      const early = [
        asForm(clientNode(at.root, { id: "client3", clientId: "" })),
        asForm(brokerNode(bench.broker)),
        asForm(fresh),
      ];
      const { steps } = await ask<Report>("diagnose", { nodes: early, broker: "broker" });
      const queues = steps.filter(({ step }) => step.startsWith("queue"));
      assert.deepEqual(
        queues.map(({ ok, text }) => [ok, text.en]),
        [[true, "the client ID is not known yet: the queues are not tested"]],
      );
      const card = await ask<Report>("diagnose", { nodes, card: "card" });
      const read = card.steps.find((one) => one.step === "card");
      assert.match(read?.text.en ?? "", new RegExp(COMPANY.name));
    });

    it("is given what a field may be: modules, tokens, keys, folders with their names", async () => {
      mkdirSync(join(at.root, "Extra", "OutBox"), { recursive: true });
      mkdirSync(join(at.root, "deccus001", "OutBox"), { recursive: true });
      await bench.load([]);
      const nodes = [asForm(cardNode(bench.token, { token: "" })), asForm(clientNode(at.root))];
      const choices = async (kind: string, id: string) =>
        (await ask<{ choices: Choice[] }>("choices", { nodes, kind, node: id })).choices;
      assert.ok((await choices("modules", "card")).some(({ value }) => value === bench.token.module));
      const [token] = await choices("tokens", "card");
      assert.equal(token?.value, bench.token.label);
      const [id] = await choices("keyIds", "card");
      assert.match(id?.value ?? "", /^([0-9a-f]{2})+$/);
      assert.ok(id?.text.en.includes(COMPANY.name), id?.text.en);
      const [label] = await choices("keyLabels", "card");
      assert.ok(label?.value && label.text.en.includes(id?.value ?? "?"), JSON.stringify(label));
      const folders = await choices("folders", "client");
      const there = folders.filter((one) => one.there).map(({ value, text }) => [value, text.zh]);
      assert.deepEqual(there.sort(), [
        ["Extra", ""],
        ["deccus001", "报关单"],
      ]);
      assert.ok(folders.some(({ value, text, there }) => value === "Sas" && text.zh !== "" && !there));
      assert.equal(folders.filter(({ value }) => value.toLowerCase() === "deccus001").length, 1);
      const odd = await bench
        .http()
        .post("/single-window/form/choices")
        .send({ nodes, kind: "constructor", node: "card" });
      assert.deepEqual([odd.status, odd.body.code], [400, "SW-REQUEST"]);
      const none = await bench
        .http()
        .post("/single-window/form/choices")
        .send({
          nodes: [asForm(cardNode(bench.token, { module: "/no/such/module.so" }))],
          kind: "tokens",
          node: "card",
        });
      assert.deepEqual([none.body.choices, none.body.fault.code], [[], "C134"]);
    });

    it("makes the first folders when it is deployed, and leaves those alone that are there", async () => {
      await bench.load([clientNode(at.root, { newFolders: "DecCus001, Sas" })]);
      await bench.client();
      for (const code of ["DecCus001", "Sas"]) assert.deepEqual(box(at.root, code, "OutBox"), [], code);
      assert.ok(existsSync(join(at.root, "Sas", "InBox")));
      await bench.unload();
      await bench.load([clientNode(at.root, { newFolders: "../up" })]);
      assert.match(bench.errors().join("\n"), /\.\.\/up is no code of a business folder/);
    });

    it("a card whose driver is missing is red at deploy, and says what to do", async () => {
      await bench.load([
        clientNode(at.root),
        cardNode(bench.token, { module: "/no/such/module.so" }),
        node("sw-card-sign", "sign", { card: "card" }, []),
      ]);
      await bench.showing("sign", "card-sign.status.missing");
      assert.match(bench.errors().join("\n"), /card: SW-PREREQUISITE .*module\.so.*Install it or correct the path/);
    });
  });
}
