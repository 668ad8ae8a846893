/**
 * report.js - the results as Markdown.
 */
import { ENGINES } from './engines.js'

const MEGA = 1e6

/** Name of an engine in tables. @param {string} name @param {object} [info]  what it said of itself */
export function titleOf(name, info) {
  const { title, threads } = ENGINES[name]
  const kernel = info?.kernel ? ` (${info.kernel})` : ''
  return `${title}${kernel}${threads > 1 ? `, ${threads} threads` : ''}`
}

/** @param {object} results  of bench.js @returns {string} */
export function report(results) {
  const { machine, versions, load } = results
  return [
    '# Benchmark',
    `${results.date}, \`${results.command}\`. ${machine.cpu}, ${machine.cores} cores, ${machine.memory} GB, ` +
      `${machine.system}; load average ${load.start} at the start, ${load.end} at the end.`,
    Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ') + '.',
    ...results.kernels ? reportKernels(results.kernels) : [],
    ...results.tokenizer ? reportTokenizer(results.tokenizer) : [],
    ...Object.entries(results.models).flatMap(([name, model]) => reportModel(name, model))
  ].join('\n\n') + '\n'
}

function reportKernels({ shapes, speeds }) {
  const columns = shapes.map(([rows, columns, outputs]) => `${rows} x ${columns} x ${outputs}`)
  return [
    '## Kernels',
    'Products of matrices alone (rows x columns x outputs) in GMAC/s, best window of one thread in Chromium. Above ' +
      'them what loops of nothing but the instructions reach.',
    table(['', ...columns], Object.entries(speeds).map(([name, [first, ...others]]) =>
      [name, ...others.length ? [first, ...others].map((speed) => speed.toFixed(1))
        : shapes.map(() => first.toFixed(1))]))
  ]
}

function reportTokenizer({ source, count, codePoints, lengths, native, wasm }) {
  const perSecond = (speed) => String(Math.round(speed / 100) * 100)
  const curves = (title, { microseconds }) => table([title, 'mode', ...lengths],
    Object.entries(microseconds).map(([kind, modes]) => {
      const [mode, costs] = Object.entries(modes).reduce((a, b) => b[1].at(-1) > a[1].at(-1) ? b : a)
      return [kind, mode, ...costs.map((cost) => cost.toFixed(3))]
    }))
  return [
    '## Tokenizer',
    `Texts a second on one core: ${count} texts (${source}) of ${codePoints.toFixed(0)} code points on average, a ` +
      'vocabulary of 64,001, no limit of tokens; best of short windows.',
    table(['mode', 'native C', 'WebAssembly in Node'], Object.keys(native.textsPerSecond).map((mode) =>
      [mode, perSecond(native.textsPerSecond[mode]), perSecond(wasm.textsPerSecond[mode])])),
    'Microseconds a code point in one text of so many, made of one thing again and again, in the mode that takes ' +
      'longest.',
    curves('native C', native),
    curves('WebAssembly', wasm)
  ]
}

function reportModel(name, { missing, latency, start, load, memory, macsPerToken }) {
  if (missing) return [`## ${name}`, `Not measured: ${missing}.`]
  return [
    `## ${name}`,
    ...latency ? reportLatency(latency, macsPerToken) : [],
    ...start ? reportStart(start) : [],
    ...load ? reportLoad(load) : [],
    ...memory ? reportMemory(memory) : []
  ]
}

function reportLatency({ engines, absent, cases }, macsPerToken) {
  const rows = Object.entries(engines)
  const name = ([key, { info }]) => titleOf(key, info)
  return [
    'Milliseconds of a call with ready ids: fastest (median).',
    table(['tokens', ...cases.map((item) => item.name), 'GMAC/s'], rows.map((row) => [
      name(row),
      ...cases.map((item) => times(row[1].times[item.name])),
      speed(row[1].times, cases, macsPerToken)
    ])),
    'Times as long as bertweet-wasm in Chromium with as many threads: fastest calls (medians).',
    table(['tokens', ...cases.map((item) => item.name)], rows.flatMap((row) => {
      const ours = engines[ENGINES[row[0]].threads > 1 ? `ours-${ENGINES[row[0]].threads}t` : 'ours']
      return ours ? [[name(row), ...cases.map((item) => ratio(row[1].times[item.name], ours.times[item.name]))]] : []
    })),
    ...agreement(engines),
    ...Object.entries(absent).map(([key, reason]) => `Without ${key}: ${reason}`)
  ]
}

const times = ({ min, median }) => `${digits(min)} (${digits(median)})`
const ratio = (theirs, ours) => `${(theirs.min / ours.min).toFixed(2)} (${(theirs.median / ours.median).toFixed(2)})`
const digits = (ms) => ms.toFixed(ms < 10 ? 2 : ms < 100 ? 1 : 0)

/** Products of the encoder's matrices a second, in the best case. */
function speed(measured, cases, macsPerToken) {
  return Math.max(...cases.map(({ name, tokens }) => tokens * macsPerToken / measured[name].min / MEGA)).toFixed(1)
}

/** How far logits are from PyTorch's: all must compute the same thing. */
function agreement(engines) {
  const { 'native-torch': reference, ...others } = engines
  if (!reference) return []
  const values = Object.values(reference.logits).flat()
  const difference = ({ logits }) =>
    Math.max(...Object.values(logits).flat().map((value, index) => Math.abs(value - values[index])))
  const spread = Math.max(...values) - Math.min(...values)
  const entries = Object.entries(others).map(([key, engine]) =>
    `${titleOf(key, engine.info)} ${difference(engine).toFixed(3)}`)
  return [`Largest difference of a logit from PyTorch's, which span ${spread.toFixed(2)}: ${entries.join(', ')}.`]
}

function reportStart(start) {
  const seconds = ({ min, median }) => `${(min / 1000).toFixed(2)} (${(median / 1000).toFixed(2)})`
  return [
    'Seconds from navigation to first logits, server on this machine: fastest (median). MB over the wire, ' +
      'uncompressed; in brackets the code with brotli.',
    table(['', 'cold', 'warm', 'weights', 'code', 'warm: weights', 'code'], Object.entries(start).map(
      ([name, { cold, warm, wire }]) => [titleOf(name), seconds(cold), seconds(warm), megabytes(wire.cold.weights),
        `${megabytes(wire.cold.code)} (${megabytes(wire.cold.codeBrotli)})`, megabytes(wire.warm.weights),
        megabytes(wire.warm.code)]))
  ]
}

const LINK_TITLES = { local: 'loopback', gigabit: '1 Gbit/s' }

function reportLoad({ times, ready, heap, wasm, wasmBesideWeights, early }) {
  const rounds = times.local.fetch.calls
  const part = (100 * early.loaded / early.total).toFixed(1)
  const seconds = (ms) => (ms / 1000).toFixed(2)
  const cell = ({ min, median }, fetch) =>
    `${seconds(median)} (${seconds(min)})${fetch ? `, ${(median / fetch.median).toFixed(2)} times` : ''}`
  return [
    'Seconds to load from a server on this machine beside fetching the same files with as many requests and dropping ' +
      `what comes: median (fastest) of ${rounds}, in turns.`,
    table(['link', 'fetch alone', 'cache off', 'cache on'], Object.entries(times).map(
      ([link, { fetch, cacheOff, cacheOn }]) =>
        [LINK_TITLES[link], cell(fetch), cell(cacheOff, fetch), cell(cacheOn, fetch)])),
    `Over 1 Gbit/s, every weight can be used ${ready.median.toFixed(0)} ms (fastest ${ready.min.toFixed(0)}) after ` +
      'the server has sent the last byte.',
    `While it loads, heaps and ArrayBuffers of page and workers hold at most ${megabytes(heap.peak)} MB ` +
      `(${heap.samples} samples; before, ${megabytes(heap.start)}, after, ${megabytes(heap.rest)}). WebAssembly ` +
      `memory, not counted there: ${megabytes(wasm)} MB, ${megabytes(wasmBesideWeights)} beside the weights.`,
    `With the option early, over 80 Mbit/s, the first answer came when ${part} % of the bytes had arrived, after ` +
      `${seconds(early.ms)} s; all were there after ${seconds(early.wholeMs)} s.`
  ]
}

function reportMemory(memory) {
  return [
    'Resident memory of the page\'s process in MB; WebAssembly memory after a batch of 64 x 128 tokens.',
    table(['', 'empty page', 'peak', 'loaded', 'disposed', 'kept, without files', 'WebAssembly', 'beside weights'],
      Object.entries(memory).map(([name, { start, peak, loaded, disposed, kept, wasm, wasmBesideWeights }]) => [
        titleOf(name),
        ...[start, peak, loaded, disposed, kept, wasm, wasmBesideWeights].map((bytes) => bytes ? megabytes(bytes) : '')
      ]))
  ]
}

const megabytes = (bytes) => (bytes / MEGA).toFixed(bytes < 10 * MEGA ? 2 : bytes < 100 * MEGA ? 1 : 0)

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n')
}
