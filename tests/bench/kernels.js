/**
 * kernels.js - products of matrices alone in GMAC/s, beside loops of nothing but their instructions, in Chromium.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'
import { PROJECT, launchChromium } from '../browser/browser.js'

const FOLDER = join(PROJECT, 'build/bench/kernels')
const SOURCES = [
  'src/kernels.c', 'src/kernels_simd128.c', 'src/kernels_relaxed.c', 'src/kernels_wasm.S', 'web/libc.c',
  'tests/bench/matmul.c'
]
const FLAGS = [
  '-O3', '-DNDEBUG', '-ffp-contract=off', '-msimd128', '-mrelaxed-simd', '-mbulk-memory', '-mnontrapping-fptoint'
]

/** Rows, columns, outputs of RoBERTa-base's products with 32 tokens. */
export const SHAPES = [[32, 768, 768], [32, 768, 3072], [32, 3072, 768]]

/** Numbers of bt_kernel, and how many quads a kernel may sum in 16 bits, where it does. */
const KERNELS = [
  { name: 'simd128', kernel: 2, quads: 4 },
  { name: 'simd128-deep', kernel: 5, quads: 4 },
  { name: 'relaxed-dot', kernel: 3, quads: 4 },
  { name: 'relaxed-deep, 4 quads', kernel: 4, quads: 4 },
  { name: 'relaxed-deep, 8 quads', kernel: 4, quads: 8 }
]

/** What each kernel does to its sums of products, with operands loaded anew, and nothing more. */
const LOOPS = {
  'i32x4.dot_i16x8_s, i32x4.add': { macs: 8, add: (sum, a, b) => `(i32x4.add ${sum} (i32x4.dot_i16x8_s ${a} ${b}))` },
  'i16x8.mul, i16x8.add': { macs: 8, add: (sum, a, b) => `(i16x8.add ${sum} (i16x8.mul ${a} ${b}))` },
  'i32x4.relaxed_dot_i8x16_i7x16_add_s': {
    macs: 16,
    add: (sum, a, b) => `(i32x4.relaxed_dot_i8x16_i7x16_add_s ${a} ${b} ${sum})`
  },
  'i16x8.relaxed_dot_i8x16_i7x16_s, i16x8.add': {
    macs: 16,
    add: (sum, a, b) => `(i16x8.add ${sum} (i16x8.relaxed_dot_i8x16_i7x16_s ${a} ${b}))`
  }
}
const SUMS = 12 // so that none waits for its last result
const STEPS = 8 // unrolled

/**
 * Times all kernels and loops, in rounds of short windows.
 *
 * @param {number} rounds
 * @param {string} url  of the server: isolated pages have the finer clock
 * @returns {Promise<Record<string, number[]>>}  GMAC/s in the best window, for each of SHAPES; loops have one number
 */
export async function measureKernels(rounds, url) {
  const modules = { matmul: compileKernels() }
  for (const [name, loop] of Object.entries(LOOPS)) modules[name] = await assembleLoop(loop)
  const loops = Object.fromEntries(Object.entries(LOOPS).map(([name, { macs }]) => [name, macs * SUMS * STEPS]))
  const browser = await launchChromium()
  try {
    const page = await browser.newPage()
    await page.goto(`${url}tests/bench/page.html`)
    return await page.evaluate(timeModules, { modules, loops, kernels: KERNELS, shapes: SHAPES, rounds })
  } finally {
    await browser.close()
  }
}

/** The kernels of this tree with matmul.c, as the library is built. @returns {string} base64 */
function compileKernels() {
  mkdirSync(FOLDER, { recursive: true })
  const emscripten = execFileSync(join(PROJECT, 'web/toolchain.sh'), { encoding: 'utf8' }).trim()
  const env = { EM_CACHE: join(PROJECT, 'build/emscripten-cache'), EM_FROZEN_CACHE: '0', ...process.env }
  const objects = SOURCES.map((source) => {
    const object = `${source.replaceAll('/', '-')}.o`
    const flags = [...FLAGS, ...source === 'web/libc.c' ? ['-fno-builtin'] : [], '-I', join(PROJECT, 'src')]
    execFileSync(join(emscripten, 'emcc'), ['-c', ...flags, join(PROJECT, source), '-o', object], { cwd: FOLDER, env })
    return object
  })
  const llvm = execFileSync(join(emscripten, 'em-config'), ['LLVM_ROOT'], { encoding: 'utf8', env }).trim()
  const names = ['bench_has', 'bench_prepare', 'bench_matmul'].map((name) => `--export=${name}`)
  const link = ['--no-entry', '--gc-sections', '-O3', ...names, ...objects, '-o', 'matmul.wasm']
  execFileSync(join(llvm, 'wasm-ld'), link, { cwd: FOLDER })
  return readFileSync(join(FOLDER, 'matmul.wasm'), 'base64')
}

/** A module with loop(times): each step loads operands and adds their products to all sums. @returns base64 */
async function assembleLoop({ add }) {
  const get = (name) => `(local.get ${name})`
  const load = (at) => `(v128.load offset=${16 * at} (i32.const 0))`
  const sums = Array.from({ length: SUMS }, (_, index) => `$sum${index}`)
  const steps = Array.from({ length: STEPS }, (_, step) => [
    `(local.set $a ${load(step)})`,
    ...sums.map((sum, index) => `(local.set ${sum} ${add(get(sum), get('$a'), load(64 + step * SUMS + index))})`)
  ])
  const text = `(module (memory 1) (func (export "loop") (param $times i32) (local $a v128)
    ${sums.map((sum) => `(local ${sum} v128)`).join(' ')}
    (loop $again ${steps.flat().join(' ')}
      (br_if $again (local.tee $times (i32.sub ${get('$times')} (i32.const 1)))))
    ${sums.map((sum, index) => `(v128.store offset=${16 * index} (i32.const 32768) ${get(sum)})`).join(' ')}))`
  const module = (await wabt()).parseWat('loop.wat', text, { simd: true, relaxed_simd: true })
  return Buffer.from(module.toBinary({}).buffer).toString('base64')
}

/** In the page. */
async function timeModules({ modules, loops, kernels, shapes, rounds }) {
  const decode = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))
  const load = async (name) => (await WebAssembly.instantiate(decode(modules[name]))).instance.exports
  const { bench_has: has, bench_prepare: prepare, bench_matmul: matmul } = await load('matmul')
  const best = {}
  const time = (name, at, macs, call) => {
    const start = performance.now()
    let times = 0
    do {
      call()
      times++
    } while (performance.now() - start < 4)
    best[name] ??= []
    best[name][at] = Math.max(best[name][at] ?? 0, times * macs / (performance.now() - start) / 1e6)
  }
  const instances = await Promise.all(Object.keys(loops).map(async (name) => [name, (await load(name)).loop]))
  for (let round = 0; round < rounds; round++) {
    for (const [name, loop] of instances) time(name, 0, 10000 * loops[name], () => loop(10000))
    for (const { name, kernel, quads } of kernels.filter(({ kernel }) => has(kernel))) {
      shapes.forEach(([rows, columns, outputs], at) => {
        prepare(kernel, rows, columns, outputs, quads)
        time(name, at, rows * columns * outputs, () => matmul(kernel, 1))
      })
    }
    await new Promise((resolve) => setTimeout(resolve))
  }
  return best
}
