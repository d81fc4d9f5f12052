// `node --require scripts/source-loader.cjs file.ts`: reads the TypeScript of this repository in the processes of a test run,
// in tsx's place, which starts a thread in each of them and a compiler for each file that it has not seen.
// `node scripts/source-loader.cjs`: compiles all of it once, for all of them; a file that is missing there, or older than
// its source, is compiled where it is met.
// Plain JavaScript: nothing that reads anything else is there yet.
const { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, utimesSync } = require("node:fs");
const { writeFileSync } = require("node:fs");
const Module = require("node:module");
const { dirname, join, relative, resolve } = require("node:path");

const repository = dirname(__dirname);
const FOLDERS = ["bench", "cli", "lib", "nodes", "scripts", "simulator", "test"];
/** Beside the compiler: another version of it brings an empty one. */
const cache = join(repository, "node_modules", ".cache", "single-window-sources");
const compiledFile = (file) => join(cache, `${relative(repository, file)}.js`);

const optionsFor = (file) => ({
  loader: "ts",
  format: "cjs",
  platform: "node",
  target: "node20",
  sourcefile: file,
  sourcemap: "inline",
  sourcesContent: false,
  tsconfigRaw: { compilerOptions: { target: "es2023" } },
});

/** What is compiled has the time of its source. */
const isReady = (file) =>
  existsSync(compiledFile(file)) && Math.abs(statSync(compiledFile(file)).mtimeMs - statSync(file).mtimeMs) < 1;

async function compileAll() {
  const { transform } = require("esbuild");
  const sources = FOLDERS.flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /(?<!\.d)\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const compile = async (file) => {
    const { atime, mtime } = statSync(file);
    const target = compiledFile(file);
    const { code } = await transform(readFileSync(file, "utf8"), optionsFor(file));
    mkdirSync(dirname(target), { recursive: true });
    // Another run may be at the same file.
    const written = `${target}.${process.pid}`;
    writeFileSync(written, code);
    utimesSync(written, atime, mtime);
    renameSync(written, target);
  };
  await Promise.all(sources.filter((file) => !isReady(file)).map(compile));
}

function register() {
  process.setSourceMapsEnabled(true);
  require.extensions[".ts"] = (module, file) => {
    const ready = file.startsWith(repository) && isReady(file);
    const code = ready
      ? readFileSync(compiledFile(file), "utf8")
      : require("esbuild").transformSync(readFileSync(file, "utf8"), optionsFor(file)).code;
    module._compile(code, file);
  };
  // As tsx does: a test has another module stand for one of a package.
  const config = process.env.TSX_TSCONFIG_PATH;
  const paths = config ? JSON.parse(readFileSync(config, "utf8")).compilerOptions.paths : {};
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = function (request, parent, ...rest) {
    // A source that starts a process or a thread names the loader that sources usually have.
    if (request === "tsx/cjs") return __filename;
    if (Object.hasOwn(paths, request)) return paths[request][0];
    // An import names the file that the compiler would make of it.
    if (request.startsWith(".") && request.endsWith(".js") && parent?.filename?.endsWith(".ts")) {
      const source = resolve(dirname(parent.filename), `${request.slice(0, -3)}.ts`);
      if (existsSync(source)) return source;
    }
    return resolveFilename.call(this, request, parent, ...rest);
  };
}

if (require.main === module) {
  compileAll().catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
} else register();
