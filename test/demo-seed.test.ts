import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Author, Page, Post } from '@kith/core'
import { chromium } from 'playwright-core'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { browserPath, launchBrowser } from './browser.ts'
import { cast } from '../examples/demo/src/seed/cast/index.ts'
import { planHistory } from '../examples/demo/src/seed/history.ts'
import { drawSvg } from '../examples/demo/src/seed/pictures/draw.ts'
import { root } from '../scripts/packages.ts'
import { type RunningApp, startApp } from './running-app.ts'
import { accepts, freePort } from './servers/port.ts'

const script = 'examples/demo/src/main.ts'
const folder = mkdtempSync(join(tmpdir(), 'kith-demo-seed-'))
const data = join(folder, 'data')
const database = join(data, 'demo.db')
const day = 86_400_000
const patience = { timeout: 60_000 }

const posts = cast.flatMap((person) => person.posts)
const pictures = posts.flatMap((post) => post.shows)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** How many rows a table has; 0 if it does not exist. */
function count(table: string): number {
  if (!existsSync(database)) return 0
  const opened = new DatabaseSync(database, { readOnly: true })
  try {
    return Number(opened.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'])
  } catch {
    return 0
  } finally {
    opened.close()
  }
}

async function start(): Promise<RunningApp> {
  return await startApp(script, { KITH_DEMO_DIRECTORY: data })
}

async function read<Body>(app: RunningApp, path: string): Promise<Body> {
  const response = await app.call('GET', path)
  expect(response.status, path).toBe(200)
  return (await response.json()) as Body
}

/** Everything that a visitor can page through. */
async function readPosts(app: RunningApp): Promise<Post[]> {
  const all: Post[] = []
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: Page<Post> = await read(app, `/demo/posts${cursor === '' ? '' : `?cursor=${cursor}`}`)
    all.push(...page.items)
    cursor = page.nextCursor
  }
  return all
}

async function person(app: RunningApp, username: string): Promise<Author> {
  const { items } = await read<{ items: Author[] }>(app, '/demo/people')
  const found = items.find((each) => each.username === username)
  if (!found) throw new Error(`nobody is called ${username}`)
  return found
}

test('everything is planned in a valid order, in the past, and identically for the same seed', () => {
  const now = new Date('2026-03-01T12:00:00Z')
  const history = planHistory(cast, now, 'a seed')
  expect(planHistory(cast, now, 'a seed')).toEqual(history)
  expect(planHistory(cast, now, 'another')).not.toEqual(history)
  const joined = new Set<unknown>()
  const published = new Set<unknown>()
  for (const happening of history) {
    const { kind, at, who } = happening
    expect(at.getTime()).toBeLessThan(now.getTime())
    expect(at.getTime()).toBeGreaterThanOrEqual(now.getTime() - 35 * day)
    if (kind === 'join') joined.add(who)
    else expect(joined).toContain(who)
    if (kind === 'post') published.add(happening.post)
    if (kind === 'follow') expect(joined).toContain(happening.whom)
    if (kind === 'like' || kind === 'save') expect(published).toContain(happening.post)
  }
  expect([joined.size, published.size, pictures.length]).toEqual([20, posts.length, 80])
})

test('the same seed draws the same picture, and every scene draws something', () => {
  for (const scene of pictures) {
    const drawn = drawSvg(scene, 'square', 'a seed')
    expect(drawSvg(scene, 'square', 'a seed')).toBe(drawn)
    expect(drawn).not.toMatch(/NaN|undefined|Infinity/)
  }
})

test('a first start that was killed while it filled its folder is completed by the next one, and early visitors wait for it', async () => {
  const flags = ['--conditions=@kith/source', '--experimental-strip-types']
  const child = spawn(process.execPath, [...flags, join(root, script)], {
    env: { ...process.env, KITH_DEMO_DIRECTORY: data, PORT: '0' },
    stdio: 'ignore',
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  await expect.poll(() => count('kith_posts'), { ...patience, interval: 20 }).toBeGreaterThan(5)
  child.kill('SIGKILL')
  await ended
  expect(count('kith_posts')).toBeLessThan(posts.length)

  const port = await freePort()
  const starting = startApp(script, { KITH_DEMO_DIRECTORY: data, PORT: String(port) })
  await expect.poll(() => accepts(port), { ...patience, interval: 1 }).toBe(true)
  const early = await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(60_000) })
  expect(early.status).toBe(200)
  const app = await starting
  const shown = await readPosts(app)
  expect(shown.map(({ caption }) => caption).toSorted()).toEqual(
    posts.map(({ caption }) => caption).toSorted(),
  )
  // An avatar and a cover for each, and the pictures of the gallery.
  expect(count('kith_media')).toBe(pictures.length + 2 * cast.length + 1)
  const times = shown.map(({ createdAt }) => Date.parse(createdAt))
  expect(times).toEqual(times.toSorted((a, b) => b - a))
  expect(Math.max(...times)).toBeLessThan(Date.now())
  expect(Date.now() - Math.min(...times)).toBeGreaterThan(32 * day)
  expect(shown.reduce((sum, { counts }) => sum + counts.likes, 0)).toBeGreaterThan(300)
  await app.stop()
})

test('a visitor sees posts, their pictures and profiles without an account, and new posts', async () => {
  const app = await start()
  const { items } = await read<Page<Post>>(app, '/demo/posts')
  expect(items).toHaveLength(20)
  expect(items[0]).not.toHaveProperty('viewer')
  const [media] = items.flatMap((post) => post.media)
  for (const url of [media?.renditions.thumb, items[0]?.author.avatar.renditions.thumb]) {
    const picture = await app.call('GET', url ?? '')
    expect(picture.headers.get('content-type')).toMatch(/^image\//)
  }
  const profile = await read<{ counts: object }>(app, `/api/v1/users/${items[0]?.author.username}`)
  expect(profile.counts).toMatchObject({ posts: expect.any(Number) as number })
  const listed = await read<{ items: object[] }>(app, '/demo/people')
  expect(listed.items).toHaveLength(cast.length)
  expect(Object.keys(listed.items[0] ?? {})).toEqual(['id', 'username', 'name', 'bio', 'avatar'])

  await app.call('POST', '/api/v1/users/register', { username: 'newcomer', password: 'correct horse' })
  await app.call('POST', '/api/v1/posts', { caption: 'Hello, everybody' })
  await expect.poll(async () => (await readPosts(app))[0]?.caption, patience).toBe('Hello, everybody')
  await app.stop()
})

test('one click signs in as a demo account, even after a restart, which keeps all changes', async () => {
  const first = await start()
  const mara = await person(first, 'mara.outdoors')
  expect((await first.call('POST', `/demo/sign-in/${mara.id}`)).status).toBe(200)
  expect(await read(first, '/api/v1/users/me')).toMatchObject({ id: mara.id, email: null })
  await first.call('POST', '/api/v1/posts', { caption: 'Kept' })
  const before = count('kith_posts')
  await first.stop()

  const second = await start()
  expect(count('kith_posts')).toBe(before)
  second.setCookies(first.cookies())
  expect((await read<Page<Post>>(second, '/api/v1/feed')).items[0]).toMatchObject({ caption: 'Kept' })
  await second.stop()
})

test.skipIf(!browserPath)(
  'the page shows all of it, and signs in with a click on a face (needs chromium)',
  async () => {
    const app = await start()
    const browser = await launchBrowser()
    onTestFinished(() => browser.close())
    const page = await browser.newPage()
    page.setDefaultTimeout(patience.timeout)
    const elsewhere: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(app.url) && !request.url().startsWith('data:'))
        elsewhere.push(request.url())
    })
    await page.goto(app.url)
    const picture = page.locator('.post img[src*="/feed"]').first()
    await expect
      .poll(
        () => picture.evaluate((image) => (image as unknown as { naturalWidth: number }).naturalWidth),
        patience,
      )
      .toBeGreaterThan(100)
    expect(await page.locator('.face').count()).toBe(cast.length)
    // Actions for members lead a guest to the registration.
    await page.locator('.like').first().click()
    await page.locator('.candidate').first().waitFor()

    const complaints: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
    page.on('pageerror', (error) => complaints.push(String(error)))
    await page.getByRole('button', { name: 'Sign in as Mara' }).click()
    await page.locator('#nav').waitFor()
    const like = page.locator('.like[aria-pressed=false]').first()
    await like.click()
    await page.locator('.like[aria-pressed=true]').first().waitFor()
    expect({ complaints, elsewhere }).toEqual({ complaints: [], elsewhere: [] })
    await app.stop()
  },
)

test('no sign-in works from another page, or for a registered account', async () => {
  const app = await start()
  const { id } = await person(app, 'mara.outdoors')
  const elsewhere = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' }
  const refused = await fetch(`${app.url}/demo/sign-in/${id}`, { method: 'POST', headers: elsewhere })
  expect(refused.status).toBe(403)
  expect(await refused.json()).toMatchObject({ code: 'origin-not-allowed' })
  expect(refused.headers.getSetCookie()).toEqual([])
  expect((await app.call('GET', `/demo/sign-in/${id}`)).status).toBe(404)

  const input = { username: 'grace', password: 'correct horse' }
  const registered = await app.call('POST', '/api/v1/users/register', input)
  const { user } = (await registered.json()) as { user: Author }
  app.setCookies('')
  const other = await app.call('POST', `/demo/sign-in/${user.id}`)
  expect(other.status).toBe(404)
  expect(other.headers.getSetCookie()).toEqual([])
  await app.stop()
})

test('starts empty on request, and lists its options', async () => {
  const env = { KITH_DEMO_DIRECTORY: join(folder, 'bare') }
  const app = await startApp(script, env, { args: ['--empty'] })
  expect(await read(app, '/demo/people')).toEqual({ items: [] })
  expect(await read(app, '/demo/posts')).toEqual({ items: [], nextCursor: null })
  await app.stop()
  // A demo that started empty stays empty.
  const again = await startApp(script, env)
  expect(await read(again, '/demo/people')).toEqual({ items: [] })
  await again.stop()
  await expect(startApp(script, env, { args: ['--bare'] })).rejects.toThrow(
    '"--bare" is no option of the demo. There is one: npm run demo -- --empty\n',
  )
})

test('arguments after npm run demo -- reach the demo', () => {
  const place = join(folder, 'npm')
  mkdirSync(join(place, 'scripts'), { recursive: true })
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    scripts: { demo: string }
  }
  writeFileSync(join(place, 'package.json'), JSON.stringify({ scripts: { demo: scripts.demo } }))
  writeFileSync(join(place, 'scripts/launch.mjs'), 'console.log(JSON.stringify(process.argv.slice(2)))')
  const output = execFileSync('npm', ['run', '--silent', 'demo', '--', '--empty'], { cwd: place })
  expect(JSON.parse(output.toString())).toEqual(['demo', '--empty'])
})
