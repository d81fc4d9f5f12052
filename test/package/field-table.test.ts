import assert from "node:assert/strict";
import { evidence, fieldDirectories } from "../support/field-table.js";

describe("docs/evidence/field-cases.md", () => {
  const directories = [...fieldDirectories("field-cases"), ...fieldDirectories("field-answers")];

  it("has a line for every input of the field, and no other; what it says of now is compared by the tests in test/process/", () => {
    assert.deepEqual([...evidence().keys()].sort(), directories.map(({ name }) => name).sort());
  });

  it("says what was before as the case's own facts do", () => {
    for (const { name, facts } of directories) assert.equal(evidence().get(name)?.before, facts.before, name);
  });

  it("says of no case that it ends in C134", () => {
    for (const [name, { after }] of evidence()) assert.ok(!after.includes("C134"), name);
  });
});
