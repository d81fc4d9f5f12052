// The only file that runs in a fresh clone with nothing but Node: plain JavaScript, no dependency.
// `node scripts/bootstrap.mjs start|test [arguments]` installs what is missing, builds, and hands over.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const repo = dirname(dirname(fileURLToPath(import.meta.url)));
const MINIMUM = [20, 19];
const POLICY = "/usr/sbin/policy-rc.d";

/** What a person can act on; printed as one line, without a stack. */
class PlainError extends Error {}

const say = (line) => process.stdout.write(`${line}\n`);

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new PlainError(
    `Node.js ${MINIMUM.join(".")} or newer is needed, this is ${process.versions.node}: install Node.js 20 LTS or newer`,
  );
}

/**
 * Runs a program with its output hidden. Resolves to {ok, output}. Ctrl-C reaches the program from the terminal; we stay
 * until it has gone, so that what must be put back is put back.
 */
function quietly(command, args, env = process.env) {
  return new Promise((resolve) => {
    const chunks = [];
    const child = spawn(command, args, { cwd: repo, env, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.stderr.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => resolve({ ok: false, output: String(error.message) }));
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() }));
  });
}

function onPath(program) {
  return (process.env.PATH || "").split(delimiter).some((folder) => folder !== "" && existsSync(join(folder, program)));
}

// ---- Debian packages

const PACKAGES = {
  "rabbitmq-server": () => existsSync("/usr/lib/rabbitmq/bin/rabbitmq-server"),
  softhsm2: () => onPath("softhsm2-util"),
  openssl: () => onPath("openssl"),
  python3: () => onPath("python3"),
  make: () => onPath("make"),
  "g++": () => onPath("g++") || onPath("c++"),
  chromium: () => onPath("chromium") || onPath("chromium-browser") || onPath("google-chrome"),
  "fonts-noto-cjk": () =>
    ["/usr/share/fonts/opentype/noto", "/usr/share/fonts/noto-cjk", "/usr/share/fonts/truetype/noto"].some(
      (folder) => existsSync(folder) && readdirSync(folder).some((name) => name.includes("CJK")),
    ),
  xmlsec1: () => onPath("xmlsec1"),
  postgresql: () => {
    const versions = "/usr/lib/postgresql";
    return (
      existsSync(versions) && readdirSync(versions).some((name) => existsSync(join(versions, name, "bin", "postgres")))
    );
  },
  faketime: () => onPath("faketime"),
  prometheus: () => onPath("promtool"),
};

/** `npm start` with SW_AMQP_HOST set: the client alone. */
const isRealWork = (command) => command === "start" && (process.env.SW_AMQP_HOST || "").trim() !== "";

const needsPkcs11 = (command) =>
  !(isRealWork(command) && ["software", "control"].includes((process.env.SW_CARD_BACKEND || "").trim()));

/** Which Debian packages this command needs on this machine. */
function needed(command, args) {
  const names = [];
  // Real work brings its own broker and card; the demo's are its own, whatever card is set.
  if (!isRealWork(command)) names.push("rabbitmq-server", "softhsm2", "openssl");
  if (!pkcs11IsBuilt() && needsPkcs11(command)) names.push("python3", "make", "g++");
  if (command === "test") {
    const layers = args.filter((arg) => ["unit", "nodes", "process", "editor", "package"].includes(arg));
    if (layers.length === 0 || layers.includes("editor")) names.push("chromium", "fonts-noto-cjk");
    names.push("xmlsec1", "postgresql");
    if (layers.length === 0 || layers.includes("process")) names.push("faketime", "prometheus");
  }
  return names.filter((name) => !PACKAGES[name]());
}

async function installPackages(missing) {
  if (missing.length === 0) return;
  const byHand = `apt-get install ${missing.join(" ")}`;
  if (!onPath("apt-get"))
    throw new PlainError(
      `Missing: ${missing.join(", ")}. Install them with this system's package manager (on Debian: ${byHand})`,
    );
  const root = process.getuid !== undefined && process.getuid() === 0;
  if (!root && !(onPath("sudo") && spawnSync("sudo", ["-n", "true"], { stdio: "ignore" }).status === 0)) {
    throw new PlainError(`Missing packages, and no root to install them: run  sudo ${byHand}`);
  }
  const asRoot = (command, args) => (root ? quietly(command, args) : quietly("sudo", ["-n", command, ...args]));
  const apt = (...args) =>
    asRoot("env", ["DEBIAN_FRONTEND=noninteractive", "apt-get", "-y", "-o", "DPkg::Lock::Timeout=120", ...args]);
  say(`Installing Debian packages: ${missing.join(" ")}`);

  // Debian starts a service as soon as its package is installed; RabbitMQ's would take the usual ports. A policy that
  // forbids that stands only while we install, and only where the machine has none of its own.
  const ownPolicy = !existsSync(POLICY);
  const stay = () => {};
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(name, stay);
  try {
    if (ownPolicy) {
      if (root) {
        writeFileSync(POLICY, "#!/bin/sh\nexit 101\n");
        chmodSync(POLICY, 0o755);
      } else {
        await quietly("sudo", ["-n", "sh", "-c", `printf '#!/bin/sh\\nexit 101\\n' > ${POLICY}; chmod 755 ${POLICY}`]);
      }
    }
    let result = await apt("install", "--no-install-recommends", ...missing);
    if (!result.ok) {
      const updated = await apt("update");
      result = await apt("install", "--no-install-recommends", ...missing);
      if (!result.ok && !updated.ok) result.output = `${updated.output}\n${result.output}`;
    }
    if (!result.ok) {
      process.stderr.write(result.output);
      throw new PlainError(
        `apt-get could not install ${missing.join(" ")} (its output is above): run  ${byHand}  by hand, then start again`,
      );
    }
  } finally {
    if (ownPolicy) {
      if (root) rmSync(POLICY, { force: true });
      else await quietly("sudo", ["-n", "rm", "-f", POLICY]);
    }
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) process.off(name, stay);
  }
  const still = missing.filter((name) => !PACKAGES[name]());
  if (still.length > 0)
    throw new PlainError(`Installed, yet not found: ${still.join(", ")}. Check  apt-cache policy ${still.join(" ")}`);
}

// ---- npm packages

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

/** Whether node_modules holds what package-lock.json says. */
function modulesAreCurrent() {
  const hidden = join(repo, "node_modules", ".package-lock.json");
  if (!existsSync(hidden)) return false;
  const wanted = readJson(join(repo, "package-lock.json")).packages;
  const present = readJson(hidden).packages;
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === "") continue;
    const found = present[path];
    // Packages for other platforms are left out of an installation; an optional one may be.
    if (found === undefined && !entry.optional && !entry.devOptional && !entry.peer) return false;
    if (found !== undefined && (found.version !== entry.version || found.integrity !== entry.integrity)) return false;
  }
  return existsSync(join(repo, "node_modules", "tsx"));
}

/** Loads it in a process of its own: a build for another Node version or C library shows only there. */
let built;
function pkcs11IsBuilt() {
  if (built === true) return true;
  if (!existsSync(join(repo, "node_modules", "pkcs11js", "build", "Release", "pkcs11.node"))) return false;
  built = spawnSync(process.execPath, ["-e", "require('pkcs11js')"], { cwd: repo, stdio: "ignore" }).status === 0;
  return built;
}

function npmEnvironment() {
  const env = { ...process.env };
  // Node's own headers lie beside it in most installations; node-gyp would download them otherwise.
  const prefix = dirname(dirname(process.execPath));
  if (!env.npm_config_nodedir && existsSync(join(prefix, "include", "node", "node_api.h")))
    env.npm_config_nodedir = prefix;
  return env;
}

/** npm's own command file, so that the npm of this Node runs, whatever the shell finds. */
function npmCommand() {
  const started = process.env.npm_execpath;
  if ((started || "").endsWith("npm-cli.js") && existsSync(started)) return [process.execPath, started];
  return ["npm"];
}

async function npm(...args) {
  const [command, ...first] = npmCommand();
  return quietly(command, [...first, ...args], npmEnvironment());
}

async function installModules() {
  if (modulesAreCurrent()) return;
  say("Installing npm packages");
  let result = await npm("ci", "--no-audit", "--no-fund");
  // A registry that lacks a package for another platform makes npm ci refuse the lock file; install takes it as it is.
  if (!result.ok && /EUSAGE/.test(result.output)) result = await npm("install", "--no-save", "--no-audit", "--no-fund");
  if (!result.ok) {
    process.stderr.write(result.output);
    throw new PlainError(
      "npm ci failed (its output is above): check the network and the npm registry, then start again",
    );
  }
}

/** npm 11 and 12 may keep back a package's install script; PKCS#11 needs what that script compiles. */
async function buildPkcs11(required) {
  if (!existsSync(join(repo, "node_modules", "pkcs11js")) || pkcs11IsBuilt()) {
    if (!required || pkcs11IsBuilt()) return;
    throw new PlainError(
      "npm left out pkcs11js, which the card needs: run  npm ci --include=optional  and start again",
    );
  }
  say("Compiling pkcs11js");
  let result = await npm("rebuild", "pkcs11js", "--foreground-scripts");
  if (!pkcs11IsBuilt()) {
    const gyp = nodeGyp();
    if (gyp !== undefined) {
      result = await quietly(
        process.execPath,
        [gyp, "rebuild", "-C", join(repo, "node_modules", "pkcs11js")],
        npmEnvironment(),
      );
    }
  }
  if (pkcs11IsBuilt()) return;
  if (!required) return;
  process.stderr.write(result.output);
  throw new PlainError(
    "pkcs11js could not be compiled (output above): it needs python3, make, g++ and Node's headers; then run  npm rebuild pkcs11js",
  );
}

/** The node-gyp that npm carries. */
function nodeGyp() {
  const started = process.env.npm_execpath;
  const roots = [
    started && dirname(dirname(started)),
    join(dirname(dirname(process.execPath)), "lib", "node_modules", "npm"),
    "/usr/share/nodejs/npm",
  ];
  return roots
    .filter(Boolean)
    .map((root) => join(root, "node_modules", "node-gyp", "bin", "node-gyp.js"))
    .find((file) => existsSync(file));
}

// ---- build

/** Names, sizes and times of everything that the build reads. */
function sourceState() {
  const hash = createHash("sha256");
  const add = (file) => {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file}\0${size}\0${mtimeMs}\n`);
  };
  const walk = (folder) => {
    const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else add(path);
    }
  };
  for (const folder of ["lib", "nodes", "simulator", "scripts", "icons"]) {
    if (existsSync(join(repo, folder))) walk(join(repo, folder));
  }
  for (const file of ["package.json", "package-lock.json", "tsconfig.json", "tsconfig.build.json"])
    add(join(repo, file));
  return hash.digest("hex");
}

async function build() {
  const stamp = join(repo, "dist", ".built");
  const state = sourceState();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === state) return;
  say("Building");
  const result = await quietly(process.execPath, ["--import", "tsx", join(repo, "scripts", "build.ts")]);
  if (!result.ok) {
    process.stderr.write(result.output);
    throw new PlainError("The build failed (its output is above): npm run check shows the same");
  }
  writeFileSync(stamp, state);
}

// ---- hand over

/** Runs the tests; their exit code is ours. */
function runTests(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ["--import", "tsx", join(repo, "scripts", "test.ts"), ...args], {
      cwd: repo,
      stdio: "inherit",
    });
    // A Ctrl-C reaches the tests from the terminal; they stop what they started, and we wait for them.
    process.on("SIGINT", () => {});
    process.on("SIGTERM", () => child.kill("SIGTERM"));
    child.on("error", () => resolve(1));
    child.on("exit", (code) => resolve(code === null ? 1 : code));
  });
}

async function main() {
  const [command, ...args] = process.argv.slice(2);
  if (command !== "start" && command !== "test")
    throw new PlainError("Usage: node scripts/bootstrap.mjs start|test [arguments]");
  checkNode();
  await installPackages(needed(command, args));
  await installModules();
  // Side by side; what one of them lacks is told when the other one has ended too.
  const made = await Promise.allSettled([buildPkcs11(needsPkcs11(command)), build()]);
  for (const { reason } of made) if (reason !== undefined) throw reason;
  if (command === "test") {
    process.exitCode = await runTests(args);
    return;
  }
  // In this process, so that signals need no forwarding; start.js reads its arguments from here.
  process.argv.splice(1, 2, join(repo, "dist", "scripts", "start.js"));
  await import(pathToFileURL(process.argv[1]).href);
}

main().catch((error) => {
  process.stderr.write(error instanceof PlainError ? `${error.message}\n` : `${error.stack || error}\n`);
  process.exitCode = 1;
});
