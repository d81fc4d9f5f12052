import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inspect } from "../../../lib/business/inspect.js";
import { ImportClientError } from "../../../lib/errors.js";
import { SchemaStore } from "../../../lib/model/schema-store.js";
import { dec } from "./small-documents.js";

const NAMESPACE = "http://www.chinaport.gov.cn/dec";

const schema = (body: string, attributes = `targetNamespace="${NAMESPACE}" xmlns="${NAMESPACE}"`) =>
  `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified" ${attributes}>\n${body}\n</xs:schema>`;
const root = (type: string) =>
  `<xs:element name="DecMessage"><xs:complexType><xs:sequence><xs:element name="A" type="${type}"/><xs:element name="B" type="xs:int" minOccurs="0"/></xs:sequence></xs:complexType></xs:element>`;

describe("schemas of the user", () => {
  let folder: string;
  const stores: SchemaStore[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "sw-schemas-"));
  });
  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
    rmSync(folder, { recursive: true });
  });

  function put(files: Record<string, string | Buffer>): SchemaStore {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    const store = new SchemaStore([folder]);
    stores.push(store);
    return store;
  }

  async function brief(store: SchemaStore, document: string): Promise<string[]> {
    const found = await store.validate(await inspect(Buffer.from(document), "a.xml"));
    return (found ?? []).map(({ severity, path, line }) => `${severity} ${path} ${line}`);
  }

  const refuses = async (store: SchemaStore, words: RegExp, code = "SW-CONFIG") => {
    await assert.rejects(brief(store, `<DecMessage xmlns="${NAMESPACE}"><A>1</A></DecMessage>`), (error: unknown) => {
      assert.ok(error instanceof ImportClientError, String(error));
      assert.equal(error.code, code);
      assert.match(error.text.en, words);
      assert.ok(error.text.zh && error.advice);
      return true;
    });
  };

  it("come before ours and are enforced to the letter, on the document as it is", async () => {
    const store = put({ "dec.xsd": schema(root("xs:int")) });
    assert.deepEqual(await brief(store, `<DecMessage xmlns="${NAMESPACE}"><A>1</A><B>2</B></DecMessage>`), []);
    assert.deepEqual(await brief(store, `<DecMessage xmlns="${NAMESPACE}">\n\n <B>2</B><A>1</A></DecMessage>`), [
      "error DecMessage/B 3",
    ]);
    assert.deepEqual(
      await brief(store, `<x:DecMessage xmlns:x="${NAMESPACE}" a="1">\n<x:A>x</x:A>\n<x:B>y</x:B></x:DecMessage>`),
      ["error DecMessage/@a 1", "error DecMessage/A 2", "error DecMessage/B 3"],
    );
  });

  it("are found below a wrapper by the business data", async () => {
    const store = put({ "dec.xsd": schema(root("xs:int")) });
    const wrapped = `<ImportMessage>\n<SWImpHead/><SWImpData>\n<DecMessage xmlns="${NAMESPACE}">\n<A>x</A></DecMessage></SWImpData></ImportMessage>`;
    assert.deepEqual(await brief(store, wrapped), ["error ImportMessage/SWImpData/DecMessage/A 4"]);
  });

  it("of another namespace leave the document to ours", async () => {
    const store = put({ "dec.xsd": schema(root("xs:int"), 'targetNamespace="urn:other" xmlns="urn:other"') });
    assert.deepEqual(await brief(store, dec()), []);
  });

  it("are picked by version", async () => {
    const store = put({
      "a.xsd": schema(
        root("xs:int").replace("</xs:sequence>", '</xs:sequence><xs:attribute name="Version"/>'),
        `version="4.8" targetNamespace="${NAMESPACE}"`,
      ),
      "b.xsd": schema(
        root("xs:date").replace("</xs:sequence>", '</xs:sequence><xs:attribute name="Version"/>'),
        `version="5.0" targetNamespace="${NAMESPACE}"`,
      ),
    });
    const document = (version: string, value: string) =>
      `<DecMessage xmlns="${NAMESPACE}" Version="${version}"><A>${value}</A></DecMessage>`;
    assert.deepEqual(await brief(store, document("4.8", "1")), []);
    assert.deepEqual(await brief(store, document("5.0", "2026-11-24")), []);
    assert.deepEqual(await brief(store, document("5.0", "1")), ["error DecMessage/A 1"]);
  });

  it("may include others of the folder, with Chinese names and in GB2312", async () => {
    const types = schema(
      '<xs:simpleType name="T"><xs:restriction base="xs:string"><xs:length value="2"/></xs:restriction></xs:simpleType>',
    );
    const store = put({
      "dec.xsd": schema(`<xs:include schemaLocation="公共 类型/t.xsd"/>${root("T")}`),
      "公共 类型/t.xsd": Buffer.concat([
        Buffer.from('<?xml version="1.0" encoding="gb2312"?><!-- '),
        Buffer.from("b1a8", "hex"),
        Buffer.from(` -->${types}`),
      ]),
    });
    assert.deepEqual(await brief(store, `<DecMessage xmlns="${NAMESPACE}"><A>xy</A></DecMessage>`), []);
    assert.deepEqual(await brief(store, `<DecMessage xmlns="${NAMESPACE}"><A>xyz</A></DecMessage>`), [
      "error DecMessage/A 1",
    ]);
  });

  it("are read again after reload", async () => {
    const store = put({ "dec.xsd": schema(root("xs:int")) });
    const document = `<DecMessage xmlns="${NAMESPACE}"><A>x</A></DecMessage>`;
    assert.equal((await brief(store, document)).length, 1);
    writeFileSync(join(folder, "dec.xsd"), schema(root("xs:string")));
    store.reload();
    assert.deepEqual(await brief(store, document), []);
  });

  describe("are refused", () => {
    for (const location of [
      "/etc/hostname",
      "file:///etc/hostname",
      "http://127.0.0.1/x.xsd",
      "../x.xsd",
      "a/../../x.xsd",
    ]) {
      it(`when they refer to ${location}`, async () => {
        await refuses(
          put({ "dec.xsd": schema(`<xs:include schemaLocation="${location}"/>${root("xs:int")}`) }),
          /outside/,
        );
      });
    }

    it("when a DOCTYPE stands in them, or in one that they include: no file is read by an entity", async () => {
      const entity = (body: string) => `<!DOCTYPE x [<!ENTITY s SYSTEM "file:///etc/hostname">]>${body}`;
      await refuses(put({ "dec.xsd": entity(schema(root("xs:int"))) }), /dec\.xsd.*DOCTYPE/);
      await refuses(
        put({
          "dec.xsd": schema(`<xs:include schemaLocation="t.xsd"/>${root("xs:int")}`),
          "t.xsd": entity(schema("<xs:annotation><xs:documentation>&s;</xs:documentation></xs:annotation>")),
        }),
        /t\.xsd.*DOCTYPE/,
      );
    });

    it("when what they include is not there", async () => {
      await refuses(put({ "dec.xsd": schema(`<xs:include schemaLocation="t.xsd"/>${root("xs:int")}`) }), /t\.xsd/);
    });

    it("when they are no schema to libxml2", async () => {
      await refuses(put({ "dec.xsd": schema(root("Nowhere")) }), /dec\.xsd cannot be used/);
      await refuses(put({ "dec.xsd": `${schema(root("xs:int"))}<oops>` }), /dec\.xsd cannot be used/);
    });

    it("when validation takes longer than it may", async () => {
      put({ "dec.xsd": schema(root("xs:int")) });
      const store = new SchemaStore([folder], { timeLimit: 1 });
      stores.push(store);
      // A thread that has to start first takes longer than that.
      await store.close();
      await refuses(store, /stopped/, "SW-XSD");
    });
  });

  it("that are broken but not asked for do no harm", async () => {
    const store = put({
      "dec.xsd": schema(root("xs:int")),
      "xmldsig.xsd": `<!DOCTYPE x>${schema('<xs:element name="Signature"/>')}`,
      "notes.xsd": "no schema at all",
    });
    assert.deepEqual(await brief(store, `<DecMessage xmlns="${NAMESPACE}"><A>1</A></DecMessage>`), []);
    await assert.rejects(store.check(), /(notes|xmldsig)\.xsd cannot be used/);
  });

  it("in a folder that is not there are missed, and nothing is judged without them", async () => {
    const store = new SchemaStore([join(folder, "absent")]);
    await refuses(store, /absent/);
    await assert.rejects(store.check(), /not there/);
    await put({ "dec.xsd": schema(root("xs:int")) }).check();
  });
});
