/** The packed declarations, read by compilers old and new, and by the linters of packages. */
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { TOOLS, installPackage, installTools, run } from './tools.js'

const STRICT = ['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes']
const LIBS = 'es2022,dom'
/** `await using` has been known since. */
const USING = 5.2
const PROGRAMS = ['types.ts', 'types-compat.ts']
const USING_PROGRAM = 'types-using.ts'
const RESOLUTIONS = [['nodenext', 'nodenext'], ['esnext', 'bundler']]

const { dependencies } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json')))
const COMPILERS = Object.keys(dependencies).filter((name) => name.startsWith('typescript-'))

let home
let tarball

before(() => {
  installTools();
  ({ home, tarball } = installPackage())
  for (const program of [...PROGRAMS, USING_PROGRAM]) {
    copyFileSync(join(import.meta.dirname, program), join(home, program))
  }
})
after(() => rmSync(home, { recursive: true }))

for (const name of COMPILERS) {
  const version = name.replace('typescript-', '')
  test(`programs compile under --strict with TypeScript ${version}`, () => {
    const knowsUsing = Number(version) >= USING
    const programs = [...PROGRAMS, ...knowsUsing ? [USING_PROGRAM] : []]
    const lib = knowsUsing ? `${LIBS},esnext.disposable` : LIBS
    for (const [module, resolution] of RESOLUTIONS) {
      run(process.execPath, [
        join(TOOLS, 'node_modules', name, 'bin/tsc'), ...STRICT, '--target', 'es2022', '--lib', lib,
        '--module', module, '--moduleResolution', resolution, ...programs
      ], { cwd: home })
    }
  })
}

test('the program for bertweet-wasm/compat compiles with transformers.js too', () => {
  const text = readFileSync(join(import.meta.dirname, 'types-compat.ts'), 'utf8')
  writeFileSync(join(TOOLS, 'types-compat.ts'), text.replace("'bertweet-wasm/compat'", "'@huggingface/transformers'"))
  run(process.execPath, [
    join(TOOLS, 'node_modules/typescript-5.9/bin/tsc'), ...STRICT, '--skipLibCheck', '--target', 'es2022',
    '--lib', LIBS, '--module', 'nodenext', 'types-compat.ts'
  ], { cwd: TOOLS })
})

test('publint finds nothing', () => {
  run(process.execPath, [join(TOOLS, 'node_modules/publint/src/cli.js'), 'run', tarball, '--strict'])
})

test('arethetypeswrong finds nothing: an ES module only, typed for every way to import one', () => {
  const attw = join(TOOLS, 'node_modules/@arethetypeswrong/cli/dist/index.js')
  run(process.execPath, [attw, tarball, '--profile', 'esm-only', '--format', 'ascii'])
})
