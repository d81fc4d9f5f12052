import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline/promises";
import { ImportClientError } from "../../lib/errors.js";
import { SYSTEM_DISK } from "../../lib/files/disk.js";
import { isWindowsPath } from "../../lib/files/names.js";
import { exampleFlow } from "../../lib/migrate/example.js";
import { type FlowNode, flowOf } from "../../lib/migrate/flow.js";
import { guessClientId } from "../../lib/migrate/guess.js";
import { LARGEST_SETTINGS, readOfficialSettings } from "../../lib/migrate/official-settings.js";
import { mapped } from "../../lib/migrate/places.js";
import { type Plan, planOf } from "../../lib/migrate/plan.js";
import type { Answers } from "../../lib/migrate/plan-draft.js";
import { reportOfPlan } from "../../lib/migrate/plan-report.js";
import { saidOf } from "../../lib/system-fault.js";
import { mappingsOf } from "../mappings.js";
import { argumentsOf, type Command, type Terminal, wrong } from "../terminal.js";

const OPTIONS = {
  out: { type: "string" },
  force: { type: "boolean" },
  json: { type: "boolean" },
  root: { type: "string" },
  map: { type: "string", multiple: true },
  environment: { type: "string" },
  "client-id": { type: "string" },
  "org-code": { type: "string" },
  "customs-code": { type: "string" },
  region: { type: "string" },
} as const;

/** Each option with what it does; the two lists name the same ones. */
const LIST = {
  zh: `  --out FILE      生成的流程文件，默认为当前文件夹中的 flow.json
  --force         文件已存在时覆盖，并列出改变的设置；不加则拒绝
  --json          以 JSON 输出结果，供程序读取；不询问
  --root FOLDER   本机的根目录，代替设置文件中的
  --map 'C:\\ImpPath=/mnt/imp'   设置文件中的路径在本机的位置；可重复
  --environment test|production --client-id ID --org-code CODE --customs-code CODE --region CODE
                  设置文件中没有的内容；不给出则询问，或留作环境变量
  --lang zh|en    输出的语言
  退出码：0 已生成；1 没有生成，原因见输出`,
  en: `  --out FILE      the flow file that is made, flow.json in the current folder by default
  --force         overwrites a file that is there and lists the settings that change; without it such a file is refused
  --json          prints the result as JSON, for programs; asks nothing
  --root FOLDER   the root folder on this machine, in place of the one in the settings
  --map 'C:\\ImpPath=/mnt/imp'   where a path of the settings lies on this machine; may be repeated
  --environment test|production --client-id ID --org-code CODE --customs-code CODE --region CODE
                  what the settings do not say; what is not given is asked for, or stays an environment variable
  --lang zh|en    language of what is printed
  exit code: 0 the file was made; 1 it was not, with the reason`,
};

/** Makes a flow file out of the official client's settings. */
export const importSettings: Command = {
  name: "import-settings",
  usage: {
    zh: `由官方客户端的设置文件生成可导入 Node-RED 的流程文件。
npx @single-window/node-red-import-client import-settings DFWJobSettings.xml --out flow.json
  读取官方客户端的设置，说明采用什么、转换什么、无从得知什么、不采用什么及原因，设置文件中没有的才询问。
  UserPin 不读取、不复制。
${LIST.zh}`,
    en: `Makes a flow file for Node-RED out of the official client's settings.
npx @single-window/node-red-import-client import-settings DFWJobSettings.xml --out flow.json
  Reads the official client's settings, says what is taken, mapped, not known and left out, and why. Asks only
  for what is not in the file. UserPin is neither read nor copied.
${LIST.en}`,
  },
  async run(args, terminal) {
    const { values, positionals } = argumentsOf(args, OPTIONS);
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw wrong("请指定一个设置文件", "name one settings file");
    const settings = await readOfficialSettings(read(file));
    const mappings = mappingsOf(values.map);
    const given: Answers = {
      mappings,
      ...(values.root && { root: values.root }),
      ...(values.environment && { environment: values.environment }),
      ...(values["client-id"] && { clientId: values["client-id"] }),
      ...(values["org-code"] && { orgCode: values["org-code"] }),
      ...(values["customs-code"] && { customsCode: values["customs-code"] }),
      ...(values.region && { region: values.region }),
    };
    const sentBoxes = settings.folders.flatMap(({ boxes }) => (boxes.SentBox ? [mapped(boxes.SentBox, mappings)] : []));
    const here = sentBoxes.filter((path) => process.platform === "win32" || !isWindowsPath(path));
    const guess = given.clientId ? undefined : await guessClientId(SYSTEM_DISK, here);
    let plan = planOf(settings, given, process.platform);
    if (terminal.input.isTTY && !values.json)
      plan = planOf(settings, await asked(plan, given, guess, terminal), process.platform);
    const flow = flowOf(exampleFlow(), plan);
    const out = values.out ?? "flow.json";
    const overwritten = overwrites(out, flow, values.force === true);
    writeFileSync(out, `${JSON.stringify(flow, null, 2)}\n`, { mode: 0o600 });
    if (values.json) terminal.print(JSON.stringify({ ...plan, guess: guess ?? null, out, overwritten }, null, 2));
    else terminal.print(reportOfPlan(plan, { out, overwritten, guess })[terminal.language]);
    return 0;
  },
};

function read(file: string): Buffer {
  try {
    // Not the whole of a file that is refused for its size anyhow.
    if (statSync(file).size > LARGEST_SETTINGS) return Buffer.alloc(LARGEST_SETTINGS + 1);
    return readFileSync(file);
  } catch (error) {
    const said = saidOf(error);
    throw new ImportClientError("SW-SETTINGS", {
      zh: `文件无法读取：${said.zh}`,
      en: `the file cannot be read: ${said.en}`,
    });
  }
}

/** Which settings of the flow in a file are others now. Throws SW-SETTINGS where the file is not to be overwritten. */
function overwrites(out: string, flow: readonly FlowNode[], force: boolean): string[] {
  if (!existsSync(out)) return [];
  const list = differences(out, flow);
  if (force) return list;
  const some = list.slice(0, 20).join("; ");
  throw new ImportClientError(
    "SW-SETTINGS",
    {
      zh: `${out} 已存在，未覆盖。将改变：${some}`,
      en: `${out} is there and was not overwritten. It would change: ${some}`,
    },
    {
      advice: {
        zh: "请用 --out 指定其他文件，或用 --force 覆盖。",
        en: "Name another file with --out, or overwrite it with --force.",
      },
    },
  );
}

function differences(out: string, flow: readonly FlowNode[]): string[] {
  let before: FlowNode[];
  try {
    const parsed: unknown = JSON.parse(readFileSync(out, "utf8"));
    before = Array.isArray(parsed) ? (parsed as FlowNode[]) : [];
  } catch {
    return [out];
  }
  const list: string[] = [];
  for (const node of before) {
    const now = flow.find(({ id }) => id === node.id);
    if (!now) list.push(`- ${node.type} ${node.id}`);
    for (const [setting, value] of Object.entries(now ?? {})) {
      if (setting === "info" || JSON.stringify(value) === JSON.stringify(node[setting])) continue;
      list.push(`${node.type}.${setting}: ${JSON.stringify(node[setting] ?? null)} -> ${JSON.stringify(value)}`);
    }
  }
  return list;
}

/** Asks for what the file does not say; an empty answer leaves it to the environment variable. Secrets are not asked for. */
async function asked(plan: Plan, given: Answers, guess: string | undefined, terminal: Terminal): Promise<Answers> {
  const answers: Answers & Record<string, unknown> = { ...given };
  const lines = createInterface({ input: terminal.input, output: terminal.output });
  for (const { to, variable, text } of plan.questions) {
    const [node, setting = ""] = to.split(".");
    if (node !== "import-client") continue;
    const proposal = setting === "clientId" && guess ? ` [${guess}]` : ` [\${${variable}}]`;
    const answer = (await lines.question(`${text[terminal.language]}${proposal}: `)).trim();
    if (answer !== "") answers[setting] = answer;
    else if (setting === "clientId" && guess) answers.clientId = guess;
  }
  lines.close();
  return answers;
}
