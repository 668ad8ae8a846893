/**
 * element.test.js - `<tweet-sentiment>` in Chromium, on a page that allows no inline style and no HTML strings.
 */
import assert from 'node:assert/strict'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import test, { after, before, describe } from 'node:test'
import { createClassifier } from '../../js/index.js'
import { makeTinyModel, writeModel } from '../js/tiny-model.js'
import { PROJECT, launchChromium, noChromium, startServer } from './browser.js'

const MODEL = 'build/test/element-model'
const POLICY = "default-src 'none'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; worker-src 'self'; " +
  "connect-src 'self'; require-trusted-types-for 'script'"
const AXE = join(PROJECT, 'node_modules', 'axe-core', 'axe.min.js')

describe('<tweet-sentiment>', { skip: noChromium() }, () => {
  let browser
  let classifier
  before(async () => {
    browser = await launchChromium()
    const model = await makeTinyModel()
    await writeModel(join(PROJECT, MODEL), model)
    classifier = await createClassifier({ model })
  })
  after(async () => {
    await browser?.close()
    await classifier?.dispose()
    await rm(join(PROJECT, MODEL), { recursive: true, force: true })
  })

  /** The page of this test, and what it asked the server for. */
  async function open(t, { faults = {}, policy = POLICY, ...context } = {}) {
    const html = (await readFile(join(PROJECT, 'tests/browser/element.html'), 'utf8'))
      .replaceAll('MODEL', `/${MODEL}/manifest.json`).replace('FAR', `/${MODEL}/manifest.json?far`)
    const answer = () => ({ headers: { 'content-type': 'text/html', 'content-security-policy': policy }, body: html })
    const server = await startServer({ isolated: false, faults: { '/element.html': answer, ...faults } })
    const session = await browser.newContext(context)
    const page = await session.newPage()
    t.after(async () => {
      await session.close()
      await server.close()
    })
    await page.goto(`${server.url}element.html`)
    return { server, page }
  }

  const verdict = (page, id) => page.locator(`#${id}`).getByRole('status')
  const result = (page, id) => page.evaluate((id) => document.getElementById(id).result, id)
  /** Waits until an element has classified this text. */
  const settled = (page, id, text) => page.waitForFunction(([id, text]) => {
    const element = document.getElementById(id)
    return element.value === text && element.result && events.some(({ id: of, detail }) =>
      of === id && detail === element.result)
  }, [id, text])

  test('classifies as one types: the newest text wins, one event for each', async (t) => {
    const { page } = await open(t)
    const field = page.locator('#own').getByLabel('Tweet')
    await field.pressSequentially('so bad, no: I love it', { delay: 5 })
    await settled(page, 'own', 'so bad, no: I love it')
    assert.deepEqual(await result(page, 'own'), await classifier.classify('so bad, no: I love it', { explain: true }))
    const { label, score } = await result(page, 'own')
    const [name] = { NEG: ['Negative'], NEU: ['Neutral'], POS: ['Positive'] }[label]
    assert.match(await verdict(page, 'own').textContent(), new RegExp(`^${name} ${Math.round(score * 100)}%`))

    await field.fill('')
    await page.waitForFunction(() => document.getElementById('own').result === null)
    assert.equal(await verdict(page, 'own').textContent(), '')
    const details = await page.evaluate(() =>
      events.filter(({ id, type }) => id === 'own' && type === 'sentiment').map(({ detail }) => detail))
    assert.equal(details.at(-1), null)
    assert.equal(details.filter((detail) => detail === null).length, 1)
    assert.deepEqual(await page.evaluate(() => reports), [])
  })

  test('watches another field, and shows a fixed text with coloured words', async (t) => {
    const { page } = await open(t)
    await settled(page, 'watcher', 'so good')
    await page.getByLabel('Comment').fill('so terrible')
    await settled(page, 'watcher', 'so terrible')
    assert.equal((await result(page, 'watcher')).label, (await classifier.classify('so terrible')).label)
    assert.equal(await page.locator('#watcher').getByRole('textbox').count(), 0)

    await settled(page, 'fixed', 'I really love it')
    const words = await page.evaluate(() => Array.from(
      document.getElementById('fixed').shadowRoot.querySelectorAll('[part~=word]'), (word) => [
        word.textContent, word.getAttribute('part'), Number(word.style.getPropertyValue('--strength'))]))
    assert.deepEqual(words.map(([word]) => word), ['I', 'really', 'love', 'it'])
    assert.ok(words.every(([, part, strength]) => /^word (up|down)$/.test(part) && strength >= 0 && strength <= 1))
    assert.ok(words.some(([, , strength]) => strength > 0))
  })

  test('several elements load one model; one far below loads when it is scrolled to', async (t) => {
    const { page, server } = await open(t)
    await settled(page, 'watcher', 'so good')
    await settled(page, 'fixed', 'I really love it')
    const manifests = () => server.responses.filter(({ path }) => path.endsWith('manifest.json')).length
    assert.equal(await page.evaluate(() => document.getElementById('own').shadowRoot.activeElement), null)
    assert.equal(manifests(), 1)
    await page.locator('#far').scrollIntoViewIfNeeded()
    await settled(page, 'far', 'never seen')
    assert.equal(manifests(), 2)
  })

  test('in a form: text and label are sent, required and reset work', async (t) => {
    const { page } = await open(t)
    const entries = () => page.evaluate(() => Object.fromEntries(new FormData(document.getElementById('form'))))
    const valid = () => page.evaluate(() => document.getElementById('form').checkValidity())
    await settled(page, 'watcher', 'so good')
    assert.equal(await valid(), false)
    await page.locator('#own').getByLabel('Tweet').fill('fine')
    await settled(page, 'own', 'fine')
    assert.equal(await valid(), true)
    const [own, other] = await classifier.classify(['fine', 'so good'])
    assert.deepEqual(await entries(), { own: 'fine', 'own-sentiment': own.label, 'other-sentiment': other.label })
    await page.getByRole('button', { name: 'Reset' }).click()
    assert.equal(await page.evaluate(() => document.getElementById('own').value), '')
    await page.waitForFunction(() => document.getElementById('own').result === null)
    await page.evaluate(() => document.getElementById('own').setAttribute('disabled', ''))
    assert.equal(await page.locator('#own').getByLabel('Tweet').isDisabled(), true)
  })

  test('another language, a classifier of the page\'s own', async (t) => {
    const { page } = await open(t)
    await page.evaluate(async () => {
      const element = document.getElementById('own')
      element.messages = { field: 'Ton texte', NEG: 'négatif', NEU: 'neutre', POS: 'positif' }
      element.classifier = { classify: async (text) => ({ label: 'POS', score: 1, scores: { POS: 1 }, text }) }
    })
    await page.locator('#own').getByLabel('Ton texte').fill('oui')
    await verdict(page, 'own').filter({ hasText: 'positif' }).waitFor()
  })

  test('a label that is a name of every object is shown as it is', async (t) => {
    const { page } = await open(t)
    await page.evaluate(() => {
      const scores = { constructor: 1 }
      document.getElementById('own').classifier = { classify: async () => ({ label: 'constructor', score: 1, scores }) }
    })
    await page.locator('#own').getByLabel('Tweet').fill('any')
    await verdict(page, 'own').filter({ hasText: /^constructor 100/ }).waitFor()
    assert.equal(await page.locator('#own').getByRole('term').textContent(), 'constructor')
  })

  test('says what is wrong, and tries again with the next text', async (t) => {
    const manifest = `/${MODEL}/manifest.json`
    const { page, server } = await open(t, { faults: { [manifest]: () => ({ status: 404, body: '' }) } })
    await page.locator('#own').getByRole('alert').filter({ hasText: '404' }).waitFor()
    assert.equal(await page.evaluate(() => events.filter(({ id, type }) =>
      id === 'own' && type === 'sentimenterror').length), 1)
    delete server.faults[manifest]
    await page.locator('#own').getByLabel('Tweet').fill('again')
    await settled(page, 'own', 'again')
    assert.equal(await page.locator('#own').getByRole('alert').count(), 0)
  })

  test('what an earlier model failed of does no harm to the one that is wanted since', async (t) => {
    const { page } = await open(t)
    let found
    const asked = new Promise((resolve) => { found = resolve })
    await page.route('**/slow.json', found)
    const make = () => document.body.append(Object.assign(document.createElement('tweet-sentiment'),
      { id: 'late', loading: 'eager', model: '/slow.json' }))
    await page.evaluate(make)
    const route = await asked
    const set = (changes) =>
      page.evaluate((changes) => Object.assign(document.getElementById('late'), changes), changes)
      .catch(() => {}) // the element itself cannot be sent
    await set({ model: `/${MODEL}/manifest.json`, value: 'I love it' })
    await page.waitForFunction(() => document.getElementById('late').result)
    await route.fulfill({ status: 404 })
    await page.waitForTimeout(2500) // longer than a model without elements stays
    assert.equal(await page.locator('#late').getByRole('alert').isVisible(), false)
    await set({ value: 'I hate it' })
    await page.waitForFunction((label) => document.getElementById('late').result?.score === label,
      (await classifier.classify('I hate it')).score)
  })

  test('one that follows itself, or one that follows it, says so', async (t) => {
    const { page } = await open(t)
    const errors = []
    page.on('pageerror', (error) => errors.push(error.message))
    await page.evaluate(() => {
      for (const [id, of] of [['self', 'self'], ['one', 'two'], ['two', 'one']]) {
        const element = document.createElement('tweet-sentiment')
        element.id = id
        element.htmlFor = of
        document.body.append(element)
      }
    })
    for (const id of ['self', 'one', 'two']) await page.locator(`#${id}`).getByText('no element has this id').waitFor()
    assert.deepEqual(errors, [])
  })

  test('leaves with its model, and comes back', async (t) => {
    const { page } = await open(t)
    await settled(page, 'watcher', 'so good')
    await page.evaluate(() => {
      const element = document.getElementById('own')
      const { parentNode } = element
      element.remove()
      parentNode.append(element)
    })
    await page.locator('#own').getByLabel('Tweet').fill('still here')
    await settled(page, 'own', 'still here')
  })

  for (const colorScheme of ['light', 'dark']) {
    test(`axe finds nothing to complain about, ${colorScheme}`, async (t) => {
      const policy = POLICY.replace("; require-trusted-types-for 'script'", "; style-src 'unsafe-inline'")
      const { page } = await open(t, { colorScheme, reducedMotion: 'reduce', policy })
      await page.addStyleTag({ content: ':root { color-scheme: light dark } ' +
        'body { font: 1em sans-serif; background: Canvas; color: CanvasText }' })
      await page.locator('#own').getByLabel('Tweet').fill('what a lovely, terrible day')
      await settled(page, 'own', 'what a lovely, terrible day')
      await settled(page, 'fixed', 'I really love it')
      await page.addScriptTag({ content: await readFile(AXE, 'utf8') })
      const { violations, incomplete } = await page.evaluate(() => axe.run())
      assert.deepEqual(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]), [])
      t.diagnostic(`undecided: ${incomplete.map(({ id }) => id).join(', ') || 'nothing'}`)
    })
  }
})

test('outside of browsers the module can be imported', async () => {
  const { TweetSentiment } = await import('../../js/element/index.js')
  assert.equal(typeof TweetSentiment, 'function')
})
