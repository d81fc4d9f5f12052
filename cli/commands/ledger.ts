import { dirname, join, resolve } from "node:path";
import { defaultLedger } from "../../lib/client/ledger-setting.js";
import { SYSTEM_DISK } from "../../lib/files/disk.js";
import { MARKER } from "../../lib/files/folders.js";
import { isPostgres, readPlace } from "../../lib/ledger/postgres/place.js";
import { moveLedger } from "../../lib/migrate/ledger/move.js";
import { argumentsOf, type Command, wrong } from "../terminal.js";

/** Rows of a table between two lines about it. */
const TOLD = 20_000;

/** Moves a client's ledger between a file and PostgreSQL. */
export const ledger: Command = {
  name: "ledger",
  usage: {
    zh: `把台账在 SQLite 文件与 PostgreSQL 之间移动，一行不少。
npx @single-window/node-red-import-client ledger copy 原位置 新位置 [--root 根目录]
  位置    台账文件的路径、根目录（其下默认的台账），或 postgres://用户@主机:端口/库?schema=模式；
          数据库口令取自 PGPASSWORD 或 .pgpass，不写在地址里
  --root  报文根目录；台账文件就在根目录下时可以省略
  请先停止使用该根目录的所有 Node-RED；有一个仍在运行则拒绝。中断后再执行同样的命令即从断点继续。复制后逐行核对，
  然后把根目录与新台账绑定：客户端接着工作，没有单据因此暂缓；原台账保留，不再被打开。
  退出码：0 已完成；1 被拒绝或出错，原台账照旧可用。`,
    en: `Moves a client's ledger between a SQLite file and PostgreSQL, every row of it.
npx @single-window/node-red-import-client ledger copy FROM TO [--root ROOT]
  FROM, TO  path of the ledger's file, a root folder (the ledger that lies in it by default), or
            postgres://user@host:port/database?schema=name; the database's password is taken from PGPASSWORD or .pgpass
            and does not stand in the address
  --root    the root folder; not needed where the ledger's file lies in it
  Stop every Node-RED on that root first; it refuses while one is alive. After a stop the same command goes on where it was.
  All rows are compared afterwards, then the root is bound to the new ledger: its client goes on, and nothing is held for
  it. The ledger before is kept, and no client opens it any more.
  Exit code: 0 done; 1 refused or failed, the ledger before can be used as it is.`,
  },
  async run(args, { language, print }) {
    const { values, positionals } = argumentsOf(args, { root: { type: "string" } });
    const [act, one = "", other = "", ...more] = positionals;
    if (act !== "copy" || one === "" || other === "" || more.length > 0) {
      throw wrong("用法：ledger copy 原位置 新位置", "it is called as: ledger copy FROM TO");
    }
    const say = (zh: string, en: string) => print(language === "zh" ? zh : en);
    const [from, to] = [placeOf(one), placeOf(other)];
    if (from === to) throw wrong("原位置与新位置相同", "FROM and TO are the same");
    const root = values.root === undefined ? (rootOf(from) ?? rootOf(to)) : resolve(values.root);
    if (root === undefined || !isRoot(root)) {
      throw wrong(
        root === undefined ? "请用 --root 给出报文根目录" : `${root} 不是用过的根目录`,
        root === undefined ? "name the root folder with --root" : `${root} is no root that was used`,
      );
    }
    for (const place of [from, to]) {
      const its = rootOf(place);
      if (its !== undefined && its !== root) {
        throw wrong(`${place} 在另一个根目录 ${its} 下`, `${place} lies in another root, ${its}`);
      }
    }
    say(`根目录 ${root}\n从 ${from}\n到 ${to}`, `root ${root}\nfrom ${from}\nto   ${to}`);
    let told = 0;
    const { rows, resumed, aside } = await moveLedger(
      { from, to, root },
      {
        progress: (what, table, count) => {
          if (count < TOLD) told = 0;
          if (count - told < TOLD) return;
          told = count;
          say(
            `  ${table}: ${what === "copied" ? "已复制" : "已核对"} ${count}`,
            `  ${table}: ${count} ${what === "copied" ? "copied" : "compared"}`,
          );
        },
      },
    );
    if (resumed) say("从上次中断处继续", "taken up where it had stopped");
    if (aside) say(`原来在新位置的文件保存为 ${aside}`, `the file that stood there is kept as ${aside}`);
    const counts = Object.entries(rows).map(([table, count]) => `  ${table}: ${count}`);
    if (counts.length > 0) say("逐行核对一致：", "compared row by row, all are the same:");
    else say("此前已经完成", "it had been done before");
    for (const line of counts) print(line);
    say(
      `完成。请把“导入客户端”节点的台账设为 ${to}（或环境变量 SW_LEDGER=${shellWord(to)}），然后启动 Node-RED。`,
      `Done. Set the ledger of the import-client node to ${to} (or the variable SW_LEDGER=${shellWord(to)}), then start Node-RED.`,
    );
    return 0;
  },
};

/** As a shell takes it for one word: an address has signs in it that a shell makes something else of. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** As the client's setting has it. Throws SW-CONFIG for an address that is wrong. */
function placeOf(text: string): string {
  if (isPostgres(text)) {
    readPlace(text);
    return text;
  }
  const path = resolve(text);
  return isRoot(path) ? defaultLedger(path) : path;
}

/** The root that a ledger's file lies in. */
function rootOf(place: string): string | undefined {
  if (isPostgres(place)) return undefined;
  for (let at = dirname(place); ; at = dirname(at)) {
    if (isRoot(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

function isRoot(folder: string): boolean {
  return SYSTEM_DISK.exists(join(folder, MARKER, "root.json"));
}
