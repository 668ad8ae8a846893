import assert from 'node:assert/strict'
import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { serve } from '../../web/serve.js'

let folder
let server
let log = []

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serve-'))
  const root = join(folder, 'site')
  await mkdir(join(root, 'sub'), { recursive: true })
  await writeFile(join(root, 'index.html'), '<p>first')
  await writeFile(join(root, 'sub', 'index.html'), '<p>sub')
  await writeFile(join(root, 'a.wasm'), Buffer.from([0, 97, 115, 109]))
  await writeFile(join(root, 'größe 1.js'), 'export {}')
  await writeFile(join(root, '.hidden'), 'secret')
  await writeFile(join(folder, 'outside.txt'), 'secret')
  await symlink(join(folder, 'outside.txt'), join(root, 'link.txt'))
  server = await serve({ root, onResponse: (exchange) => log.push(exchange) })
})

after(async () => {
  await server.close()
  await rm(folder, { recursive: true })
})

/** A request whose path is sent as it is: fetch would resolve the dots. */
function raw(path, method = 'GET', headers = {}) {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.url)
    request({ hostname, port, path, method, headers }, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve({
        status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString()
      }))
    }).on('error', reject).end()
  })
}

test('files come with their type and length, folders with their index', async () => {
  const first = await raw('/')
  assert.equal(first.status, 200)
  assert.equal(first.body, '<p>first')
  assert.equal(first.headers['content-type'], 'text/html; charset=utf-8')
  assert.equal(first.headers['content-length'], '8')
  const module = await raw('/a.wasm?version=1')
  assert.equal(module.headers['content-type'], 'application/wasm')
  assert.equal((await raw('/gr%C3%B6%C3%9Fe%201.js')).body, 'export {}')
  assert.equal((await raw('/sub')).headers.location, '/sub/')
  assert.equal((await raw('/sub/')).body, '<p>sub')
})

test('a file that has not changed is not sent again', async () => {
  const { etag } = (await raw('/')).headers
  const again = await raw('/', 'GET', { 'if-none-match': etag })
  assert.deepEqual([again.status, again.body, again.headers.etag], [304, '', etag])
  assert.equal((await raw('/sub/', 'GET', { 'if-none-match': etag })).status, 200)
})

test('a folder leads to itself with a slash, never to another server', async () => {
  for (const path of ['/sub', '/%2Fsub', '/%2F%2Fsub']) {
    const { status, headers: { location } } = await raw(path)
    assert.deepEqual([status, location], [301, '/sub/'], path)
  }
})

test('nothing hidden and nothing outside the folder is served', async () => {
  for (const path of [
    '/.hidden', '/../outside.txt', '/sub/../../outside.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt',
    '/..%5coutside.txt', '/sub/%2e%2e/%2e%2e/outside.txt', '/link.txt', '//etc/passwd', '/absent'
  ]) {
    const { status, body } = await raw(path)
    assert.ok(status === 404 || body === '<p>first', `${path}: ${status}`)
    assert.ok(!body.includes('secret'), path)
  }
  assert.equal((await raw('/%00')).status, 400)
  assert.equal((await raw('/%ff')).status, 400)
})

test('only GET and HEAD are answered', async () => {
  const head = await raw('/a.wasm', 'HEAD')
  assert.deepEqual([head.status, head.body, head.headers['content-length']], [200, '', '4'])
  assert.equal((await raw('/', 'POST')).status, 405)
})

test('isolation headers and extra headers can be chosen', async () => {
  assert.equal((await raw('/')).headers['cross-origin-embedder-policy'], 'require-corp')
  const plain = await serve({ root: join(folder, 'site'), isolated: false, headers: { 'x-test': 'yes' } })
  const { headers } = await fetch(plain.url)
  assert.equal(headers.get('cross-origin-embedder-policy'), null)
  assert.equal(headers.get('x-test'), 'yes')
  await plain.close()
})

test('the log has each path, status and number of body bytes', async () => {
  log = []
  await raw('/a.wasm')
  await raw('/a.wasm', 'HEAD')
  await raw('/absent')
  assert.deepEqual(log.map(({ path, status }) => `${status} ${path}`), ['200 /a.wasm', '200 /a.wasm', '404 /absent'])
  assert.deepEqual(log.slice(0, 2).map(({ bytes }) => bytes), [4, 0])
})

test('intercept answers instead', async () => {
  const spoilt = await serve({
    root: folder,
    intercept: (path, request, response) => path === '/x' && Boolean(response.writeHead(503).end('no'))
  })
  const answer = await fetch(`${spoilt.url}x`)
  assert.deepEqual([answer.status, await answer.text()], [503, 'no'])
  assert.equal((await fetch(`${spoilt.url}y`)).status, 404)
  await spoilt.close()
})
