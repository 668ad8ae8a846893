/**
 * run.mjs - everything that must hold before a change lands: `npm test`, or `npm test -- c js` for some sections.
 *
 * Sets up what it needs (packages of the system where it may install them, npm's, Python's), runs each section to its
 * end, prints its time, and fails at the end with the list of those that failed. What a machine cannot run says
 * "skipped: <reason>"; with CI=true a skip is a failure, except of comparisons with the data in BERTWEET_SHARED
 * (default ../shared), which is not part of the project.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('..', import.meta.url))
const inCi = process.env.CI === 'true'
const llvm = '/usr/lib/llvm-19/bin'
const python = 'build/venv/text/bin/python' // of tests/python/setup.sh
process.chdir(project)
process.env.BERTWEET_SHARED ??= join(project, '..', 'shared')

// ------------------------------------------------------------------------------------------------------ running --

const totals = { passed: 0, failed: 0 } // tests; a section that counts none is one itself
let skips = [] // reasons, in the current section

/**
 * Runs a command, shows what it prints (quiet: only if it fails), and counts the tests that CTest, node:test or pytest
 * say they ran. Throws if it fails.
 */
async function run(command, args = [], { env = {}, quiet = false } = {}) {
  console.log(`$ ${[command, ...args].join(' ')}`)
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
      if (!quiet) process.stdout.write(text)
    })
  }
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  for (const [, failed, all] of output.matchAll(/, (\d+) tests failed out of (\d+)/g)) { // CTest
    add(all - failed, failed)
  }
  for (const [, word, number] of output.matchAll(/^ℹ (pass|fail) (\d+)/gm)) { // node:test
    add(word === 'pass' ? number : 0, word === 'fail' ? number : 0)
  }
  for (const [, number, word] of output.matchAll(/(\d+) (passed|failed)(?=[, ].* in )/g)) { // pytest
    add(word === 'passed' ? number : 0, word === 'failed' ? number : 0)
  }
  for (const [, reason] of output.matchAll(/(?:^|[\s:])skipped: (.*)$/gm)) skips.push(reason)
  if (code !== 0) {
    if (quiet) process.stdout.write(output)
    throw new Error(`${command} ended with ${code}`)
  }
}

function add(passed, failed) {
  totals.passed += Number(passed)
  totals.failed += Number(failed)
}

/** True where all the programs are found; else notes the skip. */
function have(programs, what) {
  const missing = programs.filter((program) => !found(program))
  if (missing.length > 0) skip(`${what} (no ${missing.join(', ')})`)
  return missing.length === 0
}

function found(program) {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0
}

function skip(reason) {
  console.log(`skipped: ${reason}`)
  skips.push(reason)
}

/** Skips that CI accepts: of data that is not part of the project. */
function isAllowed(reason) {
  return /BERTWEET_SHARED|\bshared\//.test(reason)
}

// -------------------------------------------------------------------------------------------------------- setup --

/** Debian's packages, each with a program or file that shows that it is there. */
const PACKAGES = {
  cmake: 'cmake',
  'ninja-build': 'ninja',
  gcc: 'gcc',
  'libc6-dev': '/usr/include/stdio.h',
  'clang-19': `${llvm}/clang`,
  'clang-tidy-19': `${llvm}/clang-tidy`,
  'lld-19': `${llvm}/wasm-ld`,
  'llvm-19': `${llvm}/llvm-symbolizer`,
  'libclang-rt-19-dev': '/usr/lib/llvm-19/lib/clang/19/lib/linux',
  'gcc-aarch64-linux-gnu': 'aarch64-linux-gnu-gcc',
  'libc6-dev-arm64-cross': '/usr/aarch64-linux-gnu/include/stdio.h',
  'qemu-user': 'qemu-aarch64',
  'libutf8proc-dev': '/usr/include/utf8proc.h',
  chromium: 'chromium',
  'firefox-esr': 'firefox-esr',
  'webkit2gtk-driver': 'WebKitWebDriver', // brings libwebkit2gtk-4.1-0 with MiniBrowser
  xvfb: 'Xvfb',
  'fonts-noto-color-emoji': '/usr/share/fonts/truetype/noto/NotoColorEmoji.ttf',
  shellcheck: 'shellcheck'
}

async function setup() {
  const missing = Object.keys(PACKAGES).filter((name) => {
    const sign = PACKAGES[name]
    return !(sign.startsWith('/') ? existsSync(sign) : found(sign))
  })
  if (!pythonCanMakeEnvironments()) missing.push('python3-venv')
  if (missing.length > 0) await install(missing)
  if (isOlder('node_modules/.package-lock.json', 'package-lock.json')) {
    await run('npm', ['ci', '--no-audit', '--no-fund'])
  }
  if (have(['python3'], 'comparisons with Python')) await run('tests/python/setup.sh')
}

async function install(packages) {
  if (!found('apt-get') || process.getuid() !== 0) {
    console.log(`Not installed here: ${packages.join(' ')} (names of Debian's packages); what needs them is skipped.`)
    return
  }
  const options = ['-q', '-o', 'DPkg::Lock::Timeout=600']
  const how = { env: { DEBIAN_FRONTEND: 'noninteractive' }, quiet: true }
  await run('apt-get', [...options, 'update'], how)
  await run('apt-get', [...options, 'install', '-y', '--no-install-recommends', ...packages], how)
}

function pythonCanMakeEnvironments() {
  return spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0
}

function isOlder(file, than) {
  return !existsSync(file) || statSync(file).mtimeMs < statSync(than).mtimeMs
}

// ----------------------------------------------------------------------------------------------------- sections --

/** Configures, builds and runs the C tests in build/<name>. */
async function ctest(name, options = [], { env } = {}) {
  const folder = `build/${name}`
  const generator = found('ninja') && !existsSync(`${folder}/CMakeCache.txt`) ? ['-G', 'Ninja'] : []
  await run('cmake', ['-S', '.', '-B', folder, ...generator, ...options], { env })
  await run('cmake', ['--build', folder, '--parallel', '2'], { env })
  await run('ctest', ['--test-dir', folder, '--output-on-failure', '--verbose', '--no-tests=error', '-j', '2'], { env })
}

/** What tests/c/wasi.cmake wants. */
function emscriptenEnvironment() {
  return {
    EMSCRIPTEN_ROOT: execFileSync('web/toolchain.sh', { encoding: 'utf8' }).trim(),
    EM_FROZEN_CACHE: '0',
    EM_CACHE: join(project, 'build', 'emscripten-cache')
  }
}

/** No file of tests takes so long; what hangs, a browser say, is to end in a failure, not in silence. */
const FILE_LIMIT_MS = 20 * 60000

/** Runs the *.test.js of a folder. node:test's skips become lines like everyone's. */
async function nodeTest(folder, { env } = {}) {
  const tap = `build/test/${[folder, ...Object.values(env ?? {})].join('-').replaceAll('/', '-')}.tap`
  mkdirSync(dirname(tap), { recursive: true })
  const reporters = [
    '--test-reporter=spec', '--test-reporter-destination=stdout',
    '--test-reporter=tap', `--test-reporter-destination=${tap}`
  ]
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.js')).map((name) => join(folder, name))
  if (files.length === 0) throw new Error(`no *.test.js in ${folder}`)
  try {
    await run(process.execPath, ['--test', `--test-timeout=${FILE_LIMIT_MS}`, ...reporters, ...files], { env })
  } finally {
    const report = existsSync(tap) ? readFileSync(tap, 'utf8') : ''
    for (const [, reason] of report.matchAll(/^\s*ok \d+ .* # (?:SKIP|TODO)(.*)$/gm)) skip(reason.trim() || 'no reason')
  }
}

const sections = {
  scripts: {
    what: 'shell scripts and widths of lines',
    async run() {
      if (have(['shellcheck'], 'shellcheck')) {
        await run('shellcheck', [...projectFiles().filter((name) => name.endsWith('.sh')), '.ci/run'])
      }
      checkWidths()
    }
  },
  tables: {
    what: 'generated tables, generated again',
    run: () => run('src/tables/check.sh', [], { env: existsSync(python) ? { PYTHON: python } : {} })
  },
  bare: {
    what: 'src/ without a build system',
    run: () => run('tests/c/bare.sh')
  },
  c: {
    what: 'C tests, as built for this machine',
    run: () => ctest('native')
  },
  sanitize: {
    what: 'C tests under the sanitizers of addresses and undefined behaviour, of memory, and of threads',
    async run() {
      if (!have([`${llvm}/clang`], 'sanitizers')) return
      const symbolizer = `${llvm}/llvm-symbolizer`
      const env = { ASAN_SYMBOLIZER_PATH: symbolizer, MSAN_SYMBOLIZER_PATH: symbolizer }
      for (const [name, sanitizers] of [['sanitize', 'address,undefined,float-cast-overflow'], ['memory', 'memory']]) {
        await ctest(name, [`-DCMAKE_C_COMPILER=${llvm}/clang`, `-DBERTWEET_SANITIZE=${sanitizers}`], { env })
      }
      const sources = [...projectFiles().filter((name) => /^src\/[^/]*\.c$/.test(name)), 'tests/c/test_threads.c',
        'tests/c/image_builder.c', 'tests/c/oracle.c']
      await run(`${llvm}/clang`, ['-g', '-O1', '-std=c11', '-D_GNU_SOURCE', '-DBT_PTHREADS', '-ffp-contract=off',
        '-fsanitize=thread', '-Isrc', '-o', 'build/test_threads', ...sources, '-lm', '-lpthread'])
      await run('build/test_threads', [], { env: { TSAN_OPTIONS: 'halt_on_error=1' } })
    }
  },
  analyze: {
    what: 'clang-tidy and the static analyzer in it',
    async run() {
      if (!have([`${llvm}/clang-tidy`, 'cmake', 'ninja'], 'static analysis')) return
      await run('cmake', ['-S', '.', '-B', 'build/analyze', '-G', 'Ninja', `-DCMAKE_C_COMPILER=${llvm}/clang`])
      const sources = projectFiles().filter((name) => /^src\/.*\.c$/.test(name))
      await Promise.all([0, 1].map((half) => run(`${llvm}/clang-tidy`, ['--quiet', '-p', 'build/analyze',
        ...sources.filter((_, index) => index % 2 === half)])))
    }
  },
  fuzz: {
    what: 'the C library under libFuzzer, a minute each, and readers of files in JavaScript',
    async run() {
      await run(process.execPath, ['tests/fuzz/javascript.js', '--seconds', '60'])
      if (have([`${llvm}/clang`, 'cmake', 'ninja'], 'libFuzzer')) await run('tests/fuzz/run.sh', ['60'])
    }
  },
  aarch64: {
    what: 'C tests for 64-bit ARM, under qemu',
    async run() {
      if (!have([`${llvm}/clang`, 'aarch64-linux-gnu-gcc', 'qemu-aarch64'], '64-bit ARM')) return
      await ctest('aarch64', ['-DCMAKE_TOOLCHAIN_FILE=tests/c/aarch64.cmake'])
      await refuseFusedInstructions('build/aarch64/libbertweet.a')
    }
  },
  wasi: {
    what: 'C tests for WebAssembly, in Node',
    async run() {
      if (!have(['cmake', 'ninja', 'python3'], 'C tests for WebAssembly')) return
      await ctest('wasi', ['-DCMAKE_TOOLCHAIN_FILE=tests/c/wasi.cmake'], { env: emscriptenEnvironment() })
    }
  },
  relaxed: {
    what: 'C tests for WebAssembly with relaxed SIMD, in Chromium',
    async run() {
      if (!have(['cmake', 'ninja', 'python3'], 'C tests for WebAssembly')) return
      const { noChromium } = await import('./browser/browser.js') // a package, which setup installs
      if (noChromium()) {
        skip(noChromium())
        return
      }
      await ctest('relaxed', ['-DCMAKE_TOOLCHAIN_FILE=tests/c/relaxed.cmake'], { env: emscriptenEnvironment() })
    }
  },
  wasm: {
    what: 'dist/, built again',
    run: rebuildDist
  },
  checked: {
    what: 'the wasm modules with traps for what is undefined and for stacks that overflow, on some tests in Node',
    run: testCheckedModules
  },
  js: {
    what: 'JavaScript in Node',
    run: () => nodeTest('tests/js')
  },
  text: {
    what: 'texts to ids, against the Python packages',
    async run() {
      if (!have([python, 'build/venv/normalize/bin/python'], 'comparison with the Python packages')) return
      await run(python, ['tests/python/test_text.py'])
      await run(python, ['tests/mutation/run.py'])
      await run(python, ['tests/python/random_tokenizers.py', '--library', 'build/mutation/objects/original.so'])
    }
  },
  labels: {
    what: 'the default model on texts that people wrote, against PyTorch\'s labels',
    async run() {
      if (have(['python3'], 'comparison of labels')) await run('python3', ['tests/python/dev_agreement.py'])
    }
  },
  browser: {
    what: 'what only Chromium is asked',
    run: () => nodeTest('tests/browser')
  },
  chromium: {
    what: 'the library in Chromium',
    run: () => nodeTest('tests/browser/every', { env: { BERTWEET_BROWSER: 'chromium' } })
  },
  firefox: {
    what: 'the library in Firefox',
    run: () => nodeTest('tests/browser/every', { env: { BERTWEET_BROWSER: 'firefox' } })
  },
  webkit: {
    what: 'the library in WebKit',
    run: () => nodeTest('tests/browser/every', { env: { BERTWEET_BROWSER: 'webkit' } })
  },
  package: {
    what: 'the package as npm packs it',
    async run() {
      await run(process.execPath, ['tests/package/tools.js'])
      await nodeTest('tests/package')
    }
  },
  matrix: {
    what: 'the package in other people\'s tools; npm run test:matrix runs all of them',
    run: () => nodeTest('tests/matrix', { env: { MATRIX: 'ci' } })
  },
  recipes: {
    what: '<tweet-sentiment> in React, Vue and Svelte, built by Vite',
    run: () => nodeTest('tests/recipes')
  }
}

async function testCheckedModules() {
  if (!have(['cmake', 'ninja', 'python3'], 'building the wasm modules')) return
  const emscripten = execFileSync('web/toolchain.sh', { encoding: 'utf8' }).trim()
  await run(join(emscripten, 'emcmake'), ['cmake', '-S', '.', '-B', 'build/checked', '-G', 'Ninja',
    '-DBERTWEET_CHECKED=ON'])
  await run('cmake', ['--build', 'build/checked', '--parallel', '2'])
  const tests = ['bits', 'tokenizer', 'int4', 'threads', 'hostile-images'].map((name) => `tests/js/${name}.test.js`)
  const relaxed = ['--experimental-wasm-relaxed-simd'] // of Node 20; later ones have it without
  const isFlag = spawnSync(process.execPath, [...relaxed, '--version']).status === 0
  for (const flags of isFlag ? [[], relaxed] : [[]]) {
    await run(process.execPath, [...flags, '--import', './tests/checked/modules.js', '--test', '--test-reporter=spec',
      'tests/checked/checks.test.js', ...tests])
  }
}

/** The files that git tracks or would. */
function projectFiles() {
  const list = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { encoding: 'utf8' })
  return list.trim().split('\n').filter((name) => existsSync(name))
}

/** Lines of code and documents have at most 120 columns; rows of tables and pictures are as long as they are. */
function checkWidths() {
  const isText = /\.(c|h|S|js|mjs|py|sh|css|html|cmake|md)$|^CMakeLists\.txt$/
  const isGenerated =
    /^(src\/tables\/.*_data\.h|models\/.*\.js|demo\/vendor\/.*|dist\/.*|tests\/bench\/results\/.*)$/
  const texts = projectFiles().filter((name) => isText.test(name) && !isGenerated.test(name))
  const isWide = (line, name) => [...line].length > 120 && !(name.endsWith('.md') && /^(\||!\[)/.test(line))
  const wide = texts.flatMap((name) => readFileSync(name, 'utf8').split('\n').flatMap((line, i) =>
    isWide(line, name) ? [`${name}:${i + 1}`] : []))
  if (wide.length > 0) throw new Error(`more than 120 columns: ${wide.join(' ')}`)
}

/** -ffp-contract=off holds: no multiplication is fused with an addition. */
async function refuseFusedInstructions(library) {
  const { stdout } = spawnSync('aarch64-linux-gnu-objdump', ['-d', library], { encoding: 'utf8', maxBuffer: 1 << 28 })
  const fused = stdout.match(/\bf(?:n?madd|n?msub|mla|mls)\b.*/g) ?? []
  console.log(`${library}: ${fused.length} fused multiply-adds`)
  if (fused.length > 0) throw new Error('a compiler flag lets multiplications and additions be fused')
}

/** The same tools must give the committed bytes again; others must give modules that pass the same tests. */
async function rebuildDist() {
  if (!have(['cmake', 'ninja', 'python3'], 'building the wasm modules')) return
  const rebuilt = join(project, 'build', 'dist')
  rmSync(rebuilt, { recursive: true, force: true })
  await run(process.execPath, ['web/build.mjs', rebuilt])
  const [committed, now] = ['dist', rebuilt].map((folder) => JSON.parse(readFileSync(join(folder, 'build.json'))))
  if (JSON.stringify(committed.tools) === JSON.stringify(now.tools)) {
    const same = JSON.stringify(committed.modules) === JSON.stringify(now.modules)
    if (!same) throw new Error('dist/ is not what these sources build to: npm run build, and commit dist/')
    console.log('dist/ is byte for byte what these sources build to')
  } else {
    console.log('Other tools than those of dist/build.json: the tests run on the modules just built.')
    await nodeTest('tests/js', { env: { BERTWEET_DIST: rebuilt } })
  }
  const [file, again] = ['dist', rebuilt].map((folder) => readFileSync(join(folder, 'bertweet.min.js')))
  if (!file.equals(again)) throw new Error('dist/bertweet.min.js is old: node web/minify.mjs, and commit it')
}

// --------------------------------------------------------------------------------------------------------- main --

const names = process.argv.slice(2)
const unknown = names.filter((name) => !Object.hasOwn(sections, name))
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(', ')}. There are: ${Object.keys(sections).join(', ')}`)
  process.exit(2)
}

const failures = []
await section('setup', 'what the tests need', setup)
for (const [name, { what, run }] of Object.entries(sections)) {
  if (names.length === 0 || names.includes(name)) await section(name, what, run)
}
for (const [name, reason] of failures) console.log(`FAILED ${name}: ${reason}`)
console.log(`${totals.passed} passed, ${totals.failed} failed`)
process.exit(failures.length > 0 || totals.failed > 0 ? 1 : 0)

/** Runs one section to its end, whatever happens in it. */
async function section(name, what, run) {
  console.log(`\n=== ${name}: ${what}`)
  const start = performance.now()
  const { passed, failed } = totals
  skips = []
  try {
    await run()
    const refused = inCi ? skips.filter((reason) => !isAllowed(reason)) : []
    if (refused.length > 0) throw new Error(`skipped, which CI does not accept: ${refused.join('; ')}`)
    if (totals.passed === passed) totals.passed += 1
  } catch (error) {
    failures.push([name, error.message])
    if (totals.failed === failed) totals.failed += 1
    console.log(`FAILED ${name}: ${error.message}`)
  }
  console.log(`=== ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
}
