// What the editor loads. `sw-editor` is what the dialogs of our nodes use, see `fields`, `diagnosis` and `texts`.

import { diagnosis, runDiagnosis } from "./diagnosis.mjs";
import { editorHost } from "./editor.mjs";
import { choice, typed } from "./fields.mjs";
import { useHost } from "./host.mjs";
import { missing } from "./missing.mjs";
import { officialSettings } from "./official-settings.mjs";
import { folderCodes, pick } from "./pick.mjs";
import { production } from "./production.mjs";
import { addTab } from "./tab.mjs";
import { bilingual, failure, translate, translateKnown } from "./texts.mjs";

useHost(editorHost);

RED.plugins.registerPlugin("sw-editor", {
  bilingual,
  choice,
  diagnosis,
  failure,
  folderCodes,
  missing,
  officialSettings,
  pick,
  production,
  runDiagnosis,
  translate,
  translateKnown,
  typed,
});

RED.plugins.registerPlugin("sw-sidebar", { type: "node-red-sidebar", onadd: addTab });
