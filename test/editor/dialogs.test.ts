import assert from "node:assert/strict";
import { PROFILE_NAMES } from "../../lib/signing/profiles/index.js";
import { until } from "../support/until.js";
import { axeFindings } from "./axe.js";
import { closeAllDialogs, closeDialog, type Editor, openDialog } from "./browser.js";
import { ExampleRun, idOf, RAW_KEY } from "./example.js";

describe("dialogs", () => {
  const run = new ExampleRun();
  let editor: Editor;

  before(async () => {
    editor = await run.open("en-US");
  });

  afterEach(async () => {
    await closeAllDialogs(editor.page);
    assert.deepEqual(editor.problems.splice(0), []);
  });

  after(() => editor.close());

  const property = (id: string, name: string) =>
    editor.page.evaluate(([node, key]) => RED.nodes.node(node)[key as string], [id, name]);

  /** Chooses another type in a typedInput, by keyboard alone. */
  async function chooseType(name: string, label: RegExp, page = editor.page): Promise<void> {
    const row = page.locator(".form-row", { has: page.locator(`#node-config-input-${name}`) });
    await row.locator(".red-ui-typedInput-type-select").focus();
    await page.keyboard.press("Enter");
    // The menu moves the focus to the chosen entry a moment after it has opened.
    await page.locator(".red-ui-typedInput-options:visible a:focus").waitFor();
    const option = page.locator(".red-ui-typedInput-options:visible a").filter({ hasText: label });
    await option.focus();
    await page.keyboard.press("Enter");
  }

  it("save a text instead of an environment variable, and the variable again", async () => {
    const id = idOf("sw-import-client");
    const { page } = editor;
    await openDialog(page, id);
    await chooseType("clientId", /string/);
    const field = page
      .locator(".form-row", { has: page.locator("#node-config-input-clientId") })
      .locator("input.red-ui-typedInput-input");
    await field.fill("PLAIN01");
    await field.press("Tab");
    await closeDialog(page, "save");
    assert.equal(await property(id, "clientId"), "PLAIN01");
    await openDialog(page, id);
    assert.equal(await field.inputValue(), "PLAIN01");
    await chooseType("clientId", /env/);
    await field.fill("SW_CLIENT_ID");
    await field.press("Tab");
    await closeDialog(page, "save");
    assert.equal(await property(id, "clientId"), "$" + "{SW_CLIENT_ID}");
  });

  it("show what a variable is now, and what is used as long as it has no value", async () => {
    const { page } = editor;
    const shows = async (id: string, expected: Record<string, RegExp>) => {
      await openDialog(page, id);
      for (const [field, text] of Object.entries(expected)) {
        const words = page.locator(`[id$="-input-${field}-now"]`);
        const said = () => words.textContent();
        await until(`${field} says ${text}`, async () => text.test((await said()) ?? ""));
        const described = page.locator(`[aria-describedby="${await words.getAttribute("id")}"]`);
        assert.equal(await described.count(), 1, field);
      }
    };
    const now = (value: string) => new RegExp(`^Now: ${value} \\(from the process's environment\\)$`);
    await shows(idOf("sw-import-client"), {
      clientId: now("DEMO0001"),
      environment: now("test"),
      ledger: /^No value; used now: \/.*ImpPath\/\.ledger\/ledger\.db$/,
      schemas: /^No value$/,
    });
    assert.deepEqual(await axeFindings(page, ".red-ui-tray .dialog-form"), []);
    await chooseType("region", /string/);
    await page.locator("#node-config-input-region-now").waitFor({ state: "hidden" });
    await closeDialog(page, "cancel");
    await shows(idOf("sw-mq-broker"), { vhost: /^No value; used now: \/$/, useTls: now("false") });
    await closeDialog(page, "cancel");
    await shows(idOf("sw-card"), { backend: now("software"), module: /^No value$/ });
    await closeDialog(page, "cancel");
    await shows(idOf("sw-mq-send"), { queue: /^No value; used now: Q_SendDEMO0001$/ });
    await closeDialog(page, "cancel");
  });

  it("take a word for on or off as the choice that it stands for", async () => {
    const id = idOf("sw-mq-broker");
    const { page } = editor;
    const before = await property(id, "useTls");
    const set = (value: unknown) =>
      page.evaluate(
        ([node, word]) => {
          const broker = RED.nodes.node(node);
          broker.useTls = word;
          RED.editor.validateNode(broker);
          return broker.validationErrors ?? [];
        },
        [id, value] as const,
      );
    for (const [word, choice] of Object.entries({ yes: "true", Off: "false" })) {
      assert.deepEqual(await set(word), [], word);
      await openDialog(page, id);
      assert.equal(await page.locator("#node-config-input-useTls").inputValue(), choice);
      await closeDialog(page, "cancel");
    }
    assert.equal((await set("maybe")).length, 1);
    await set(before);
  });

  it("save a choice instead of an environment variable, and show what belongs to it", async () => {
    const id = idOf("sw-card");
    const { page } = editor;
    await openDialog(page, id);
    await chooseType("backend", /choice/);
    const row = page.locator(".form-row", { has: page.locator("#node-config-input-backend") });
    await row.locator(".red-ui-typedInput-option-trigger").click();
    await page.locator(".red-ui-typedInput-options:visible a").filter({ hasText: "card control" }).click();
    assert.equal(await page.locator(".form-row.sw-when-control").first().isVisible(), true);
    assert.equal(await page.locator("#node-config-input-module").locator("xpath=..").isVisible(), false);
    await closeDialog(page, "save");
    assert.equal(await property(id, "backend"), "control");
  });

  it("show of a card what belongs to its kind, and keep what is filled in", async () => {
    const id = idOf("sw-card");
    const { page } = editor;
    const kind = (value: string) =>
      page.evaluate(([node, backend]) => Object.assign(RED.nodes.node(node), { backend }), [id, value]);
    const shown = (name: string) => page.locator(".form-row", { has: page.locator(`#node-config-input-${name}`) });
    const field = (name: string) => shown(name).locator("input.red-ui-typedInput-input");
    await kind("pkcs11");
    await openDialog(page, id);
    await field("slot").fill("7");
    await field("sm2Mechanism").fill("0x80000B02");
    await page.locator("#node-config-input-sm2Input").selectOption("digest");
    assert.equal(await shown("pin").isVisible(), true);
    await page.locator("#node-config-input-pinPad").check();
    assert.equal(await shown("pin").isVisible(), false, "a PIN typed at the token is none of ours");
    assert.equal(await shown("queryTimeout").isVisible(), false);
    await page.locator("#node-config-input-signTimeout").fill("12");
    await closeDialog(page, "save");
    const kept = ["slot", "sm2Mechanism", "sm2Input", "pinPad", "signTimeout"];
    const values = await Promise.all(kept.map((name) => property(id, name)));
    assert.deepEqual(values.map(String), ["7", "0x80000B02", "digest", "true", "12"]);
    await kind("software");
    await openDialog(page, id);
    assert.equal(await page.locator(".sw-tip-software").isVisible(), true);
    for (const name of ["slot", "pinPad", "signTimeout", "controlCa"]) {
      assert.equal(await shown(name).isVisible(), false, name);
    }
    assert.equal(await shown("pin").isVisible(), true);
    await closeDialog(page, "cancel");
    await kind("control");
    await openDialog(page, id);
    assert.equal(await shown("controlCa").isVisible(), true);
    await closeDialog(page, "cancel");
  });

  it("show of a signature what belongs to its profile", async () => {
    const id = idOf("sw-card-sign");
    const { page } = editor;
    await openDialog(page, id);
    const visible = (name: string) => page.locator(`#node-input-${name}`).isVisible();
    await page.locator("#node-input-profile").selectOption("dec-sign");
    assert.deepEqual([await visible("fieldInput"), await visible("withComments")], [true, false]);
    await page.locator("#node-input-profile").selectOption("ceb");
    assert.deepEqual([await visible("fieldInput"), await visible("withComments")], [false, true]);
    await page.locator("#node-input-suite").selectOption("sm2-sm3-old");
    await page.locator("#node-input-whenBlocked").selectOption("fail");
    await closeDialog(page, "save");
    const values = await Promise.all(["profile", "suite", "whenBlocked"].map((name) => property(id, name)));
    assert.deepEqual(values, ["ceb", "sm2-sm3-old", "fail"]);
  });

  it("mark a bad value in the field, with the reason", async () => {
    const id = idOf("sw-mq-broker");
    const { page } = editor;
    await openDialog(page, id);
    const field = page.locator("#node-config-input-heartbeat");
    await field.fill("-3");
    await field.press("Tab");
    assert.match((await field.getAttribute("class")) ?? "", /input-error/);
    await closeDialog(page, "save");
    const errors = await property(id, "validationErrors");
    assert.deepEqual(errors, ["Heartbeat must be a whole number of seconds, 0 = off"]);
    // Nodes that name an invalid config node are invalid themselves, and the next tests look at some.
    await openDialog(page, id);
    await field.fill("10");
    await closeDialog(page, "save");
  });

  it("say beneath a field that takes a variable what is wrong with its value, until it is mended", async () => {
    const id = idOf("sw-import-client");
    const { page } = editor;
    await openDialog(page, id);
    await chooseType("root", /string/);
    const row = page.locator(".form-row", { has: page.locator("#node-config-input-root") });
    const field = row.locator("input.red-ui-typedInput-input");
    const words = row.locator(".sw-wrong");
    const enter = async (text: string) => {
      await field.fill(text);
      await field.press("Tab");
    };
    await enter("ImpPath");
    await words.getByText("Root folder must be a whole path").waitFor();
    assert.equal(await field.getAttribute("aria-errormessage"), await words.getAttribute("id"));
    assert.equal(await field.getAttribute("aria-invalid"), "true");
    await enter("");
    await words.getByText("Root folder is missing").waitFor();
    await enter("/data/ImpPath");
    await words.waitFor({ state: "hidden" });
    assert.equal(await field.getAttribute("aria-errormessage"), null);
    await closeDialog(page, "cancel");
  });

  it("keep the rules of preflight as JSON", async () => {
    const id = idOf("sw-preflight");
    const { page } = editor;
    await openDialog(page, id);
    await page.getByLabel("empty numeric element").selectOption("warning");
    await page.getByLabel("wrong SysId").selectOption("off");
    await closeDialog(page, "save");
    assert.deepEqual(JSON.parse(await property(id, "rules")), { "empty-numeric": "warning", "sys-id": "off" });
    await openDialog(page, id);
    await page.getByLabel("wrong SysId").selectOption("");
    await closeDialog(page, "save");
    assert.deepEqual(JSON.parse(await property(id, "rules")), { "empty-numeric": "warning" });
  });

  it("keep the message fields as a table: added, typed, taken away", async () => {
    const id = idOf("sw-mq-send");
    const { page } = editor;
    const fields = async () => JSON.parse(await property(id, "fields"));
    const before = await property(id, "fields");
    await openDialog(page, id);
    await page.locator(".sw-fields .red-ui-editableList-addButton").click();
    await page.locator(".sw-fields li").first().getByLabel("Name").fill("站点");
    await page.locator(".sw-fields li").first().getByLabel("Value").and(page.locator("input:visible")).fill("SZ");
    await page.locator(".sw-fields .red-ui-editableList-addButton").click();
    const second = page.locator(".sw-fields li").nth(1);
    await second.getByLabel("Goes to").selectOption("dxp");
    await second.getByLabel("Name").selectOption("IcCard");
    await second.locator("button.red-ui-typedInput-type-select").click();
    await page
      .locator(".red-ui-typedInput-options:visible a")
      .filter({ hasText: /^\s*msg\.$/ })
      .click();
    await second.getByLabel("Value").and(page.locator("input:visible")).fill("card");
    await closeDialog(page, "save");
    const first = { to: "header", name: "站点", value: "SZ", type: "str" };
    assert.deepEqual(await fields(), [first, { to: "dxp", name: "IcCard", value: "card", type: "msg" }]);
    await openDialog(page, id);
    assert.equal(await page.locator(".sw-fields li").count(), 2);
    await page.locator(".sw-fields li").nth(1).locator(".red-ui-editableList-item-remove").click();
    await page.locator(".sw-fields li").nth(1).waitFor({ state: "detached" });
    await closeDialog(page, "save");
    assert.deepEqual(await fields(), [first]);
    await openDialog(page, id);
    await page.locator(".sw-fields li").first().getByLabel("Name").fill("");
    await closeDialog(page, "save");
    assert.deepEqual(await property(id, "validationErrors"), ["The table of message fields has a row without a name"]);
    await openDialog(page, id);
    await page.locator(".sw-fields .red-ui-editableList-item-remove").click();
    await page.locator(".sw-fields li").waitFor({ state: "detached" });
    await closeDialog(page, "save");
    assert.equal(await property(id, "fields"), before);
  });

  it("keep names for other programs, and the paths of boxes; a flow that has none of them shows what holds", async () => {
    const id = idOf("sw-import-client");
    const { page } = editor;
    await openDialog(page, id);
    const shown = (name: string) => page.locator(`#node-config-input-${name}`).inputValue();
    assert.deepEqual([await shown("receiptNames"), await shown("localReceipts")], ["own", "root"]);
    await page.locator("#node-config-input-receiptNames").selectOption("official");
    await page.locator("#node-config-input-datedFolders").check();
    await page.locator("#node-config-input-localReceipts").selectOption("business");
    await page.locator(".sw-boxPaths .red-ui-editableList-addButton").click();
    const row = page.locator(".sw-boxPaths li").first();
    await row.getByLabel("Business folder").fill("Sas");
    await row.getByLabel("Box", { exact: true }).selectOption("InBox");
    await row.getByLabel("Path", { exact: true }).fill("ERP/回执");
    await closeDialog(page, "save");
    assert.deepEqual(await property(id, "validationErrors"), [
      "Paths of boxes: each box once, with a whole path that no other has",
    ]);
    await openDialog(page, id);
    await page.locator(".sw-boxPaths li").first().getByLabel("Path", { exact: true }).fill("D:\\ERP\\回执");
    await closeDialog(page, "save");
    const rows = [{ folder: "Sas", box: "InBox", path: "D:\\ERP\\回执" }];
    assert.deepEqual(JSON.parse(await property(id, "boxPaths")), rows);
    const values = await Promise.all(
      ["receiptNames", "datedFolders", "localReceipts"].map((name) => property(id, name)),
    );
    assert.deepEqual(values.map(String), ["official", "true", "business"]);
    await openDialog(page, id);
    assert.equal(await page.locator(".sw-boxPaths li").count(), 1);
    await page.locator(".sw-boxPaths .red-ui-editableList-item-remove").click();
    await page.locator(".sw-boxPaths li").waitFor({ state: "detached" });
    await page.locator("#node-config-input-receiptNames").selectOption("own");
    await page.locator("#node-config-input-datedFolders").uncheck();
    await page.locator("#node-config-input-localReceipts").selectOption("root");
    await closeDialog(page, "save");
    assert.equal(await property(id, "boxPaths"), "[]");
  });

  it("keep the table of folders: a way for types that are not known", async () => {
    const id = idOf("sw-import-client");
    const { page } = editor;
    await openDialog(page, id);
    await page.locator(".sw-folders .red-ui-editableList-addButton").click();
    const row = page.locator(".sw-folders li").first();
    // What is known is offered with its name; any other code may be typed.
    const known = page.locator("#sw-folder-codes option[value=DecCus001]");
    await known.waitFor({ state: "attached" });
    assert.deepEqual(
      [await known.getAttribute("label"), await row.getByLabel("Folder", { exact: true }).getAttribute("list")],
      ["customs declarations", "sw-folder-codes"],
    );
    await row.getByLabel("Folder", { exact: true }).fill("Ail");
    const profiles = await row
      .getByLabel("Signature")
      .locator("option")
      .evaluateAll((options) => options.map((one) => (one as HTMLOptionElement).value));
    assert.deepEqual(profiles.sort(), ["", "none", ...PROFILE_NAMES].sort());
    await row.getByLabel("Signature").selectOption("detached");
    await row.getByLabel("Sent as").selectOption("zip");
    await row.getByLabel("Receiver").fill("DXPDSWLICENCE001");
    await closeDialog(page, "save");
    const saved = { folder: "Ail", profile: "detached", pack: "zip", receiver: "DXPDSWLICENCE001" };
    assert.deepEqual(JSON.parse(await property(id, "folders")), [saved]);
    await openDialog(page, id);
    assert.equal(await row.getByLabel("Signature").inputValue(), "detached");
    await row.getByLabel("Receiver").fill("more than sixteen");
    await closeDialog(page, "save");
    assert.match(String(await property(id, "validationErrors")), /Folders: each folder once/);
    await openDialog(page, id);
    await page.locator(".sw-folders .red-ui-editableList-item-remove").click();
    await row.waitFor({ state: "detached" });
    await closeDialog(page, "save");
    assert.equal(await property(id, "folders"), "[]");
  });

  it("never get a saved password back from the server", async () => {
    const id = idOf("sw-mq-broker");
    const { page } = editor;
    await openDialog(page, id);
    assert.equal(await page.locator("#node-config-input-password").getAttribute("type"), "password");
    await closeDialog(page, "cancel");
    await openDialog(page, idOf("sw-card"));
    assert.equal(await page.locator("#node-config-input-pin").getAttribute("type"), "password");
    await closeDialog(page, "cancel");
  });

  it("test the connection of what stands in the form, step by step, whether it is deployed or not", async () => {
    const { page, problems, close } = await run.open("en-US");
    const test = page.getByRole("button", { name: "Test connection" });
    const line = page.locator(".sw-diagnosis tr", { hasText: "Line" });
    await openDialog(page, idOf("sw-mq-broker"));
    await test.click();
    await line.waitFor();
    assert.match((await line.textContent()) ?? "", /failed.*C18/s);
    assert.doesNotMatch((await page.locator(".sw-diagnosis").textContent()) ?? "", RAW_KEY);
    for (const name of ["Copy report", "Copy change request"]) {
      assert.equal(await page.getByRole("button", { name }).isVisible(), true, name);
    }
    // Somebody listens there, who speaks no AMQP: the line stands, which it did not with what is deployed.
    const port = new URL(page.url()).port;
    await chooseType("port", /string/, page);
    const field = page
      .locator(".form-row", { has: page.locator("#node-config-input-port") })
      .locator("input.red-ui-typedInput-input");
    await field.fill(port);
    await field.press("Tab");
    await test.click();
    await line.filter({ hasText: "passed" }).waitFor();
    await closeDialog(page, "cancel");
    assert.deepEqual(problems, []);
    await close();
  });

  it("test a node that is not deployed at all", async () => {
    const { page, close } = await run.open("en-US");
    const id = await page.evaluate(() => {
      const [node] = RED.nodes.import([{ id: "00000000000000aa", type: "sw-mq-broker", name: "new", host: "" }]).nodes;
      return String(node?.id ?? "00000000000000aa");
    });
    await openDialog(page, id);
    await page.getByRole("button", { name: "Test connection" }).click();
    await page.locator(".sw-diagnosis tr", { hasText: "host is not set" }).waitFor();
    await closeDialog(page, "cancel");
    await close();
  });
});
