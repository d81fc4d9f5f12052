import assert from "node:assert/strict";
import { BUSINESSES, kindOf, knownFolders } from "../../../lib/business/index.js";
import { FORMATS } from "../../../lib/receipts/index.js";
import { profileByName } from "../../../lib/signing/profiles/index.js";
import { scanXml } from "../../../lib/xml/scan.js";
import { SHAPES } from "../../../simulator/answers/shapes/index.js";
import { paradeDocument } from "../../support/parade-documents.js";

const kinds = BUSINESSES.flatMap((business) => business.kinds.map((kind) => ({ business, kind })));

describe("businesses", () => {
  it("know every document by its content, with its own number and a folder of its business", () => {
    const types = new Set(SHAPES.map(({ answers }) => answers).filter(Boolean));
    assert.ok(types.size >= 25, [...types].join(" "));
    for (const type of types) {
      const { folder, xml } = paradeDocument(type, "000 12E5");
      const found = kindOf(scanXml(xml));
      assert.equal(found?.kind.type, type);
      assert.equal(found.kind.clientKey(scanXml(xml)), "000 12E5", type);
      assert.ok(found.kind.body(scanXml(xml)), type);
      assert.ok(
        BUSINESSES.some(({ folders, kinds: own }) => folders.includes(folder) && own.includes(found.kind)),
        type,
      );
    }
  });

  it("know NPTS301, a list without an envelope, from INV101", () => {
    const bare =
      "<InvtMessage><InvtHeadType><EtpsInnerInvtNo>N1</EtpsInnerInvtNo></InvtHeadType><ImportInfo/></InvtMessage>";
    const found = kindOf(scanXml(Buffer.from(bare)));
    assert.deepEqual([found?.kind.type, found?.business.id], ["NPTS301", "npts"]);
    assert.equal(kindOf(scanXml(Buffer.from(bare.replace("<ImportInfo/>", "")))), undefined);
  });

  it("name receipt formats that are read, and signing profiles that there are", () => {
    const known = new Set(FORMATS.map(({ format }) => format));
    for (const { kind } of kinds) {
      for (const format of [...kind.receipts.import, ...kind.receipts.business]) {
        assert.ok(known.has(format) || /^CEB\d{3}Message$/.test(format), `${kind.type}: ${format}`);
      }
      assert.ok(kind.receipts.import.length > 0, kind.type);
      assert.equal(profileByName(kind.signing).name, kind.signing);
    }
  });

  it("have folders with names that tell apart what is known to differ", () => {
    const names = new Map(knownFolders().map(({ code, title }) => [code, title.zh]));
    assert.deepEqual(
      ["DecCus001", "DecCus102", "DecCiq101", "Mft", "Rmft", "ImpCeb", "ExpCeb", "Sas"].map((code) => names.get(code)),
      [
        ...["报关单", "报关单修改、撤销", "报检", "海运、空运舱单", "公路舱单"],
        ...["跨境电商进口", "跨境电商出口", BUSINESSES.find(({ id }) => id === "sas")?.title.zh],
      ],
    );
    for (const { folders, folderTitles = {} } of BUSINESSES) {
      for (const code of Object.keys(folderTitles)) assert.ok(folders.includes(code), code);
    }
  });

  it("share a type only as the same one, and no folder", () => {
    const folders = BUSINESSES.flatMap((business) => business.folders.map((folder) => folder.toLowerCase()));
    assert.equal(new Set(folders).size, folders.length);
    for (const { kind } of kinds) {
      for (const other of kinds) if (other.kind.type === kind.type) assert.equal(other.kind, kind, kind.type);
    }
  });
});
