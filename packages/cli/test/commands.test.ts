import { chmodSync, chownSync, existsSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, ended, type Project, secret } from './run-kith.ts'

interface Finding {
  check: string
  level: string
  meaning: string
  cure: string | null
}

async function findings(project: Project, env: Record<string, string> = {}): Promise<Map<string, Finding>> {
  const run = await project.kith(['doctor', '--json'], { env })
  return new Map(run.json<{ findings: Finding[] }>().findings.map((finding) => [finding.check, finding]))
}

test('doctor reports a missing schema, and no errors after the migration', async () => {
  const project = createProject()
  expect((await findings(project)).get('storage')).toMatchObject({
    level: 'error',
    cure: expect.stringContaining('migrate') as string,
  })
  expect((await project.kith(['doctor'])).code).toBe(1)
  await project.kith(['migrate'])
  expect((await findings(project)).get('upkeep')).toMatchObject({ level: 'warning' })
  await project.kith(['upkeep'])
  const sound = await project.kith(['doctor', '--json'])
  expect([sound.code, sound.json()]).toMatchObject([0, { errors: 0, warnings: 0 }])
})

test('doctor reports a guessable secret, a broken config, and the mount options of the app', async () => {
  const project = createProject()
  await project.kith(['migrate'])
  const weak = await project.kith(['doctor', '--json'], {
    env: { KITH_SECRET: 'changemechangemechangemechangeme' },
  })
  expect([weak.code, weak.json()]).toMatchObject([
    1,
    { findings: [{ check: 'config', level: 'error' }, { check: 'node' }] },
  ])
  expect(weak.stdout).toContain('guessed')
  const env = {
    KITH_ALLOWED_ORIGINS: 'https://app.example',
    KITH_COOKIE_SECURE: 'false',
    KITH_TRUST_PROXY: 'true',
    KITH_PREVIOUS_SECRETS: secret,
  }
  const found = await findings(project, env)
  expect(['origins', 'cookies', 'proxy', 'secret'].map((name) => found.get(name)?.level)).toEqual([
    'ok',
    'error',
    'error',
    'note',
  ])
})

test('doctor reports an unreachable server once, and for the checks that depend on it only where to start', async () => {
  const project = createProject()
  const run = await project.kith(['doctor', '--json'], {
    env: { KITH_MEDIA_DIRECTORY: `${project.folder}/not-there-yet`, KITH_REDIS_URL: 'redis://127.0.0.1:1' },
  })
  const all = run.json<{ findings: Finding[] }>().findings
  expect(
    all
      .filter(({ check }) => check === 'clock')
      .map(({ level }) => level)
      .sort(),
  ).toEqual(['note', 'ok'])
  const found = new Map(all.map((finding) => [finding.check, finding]))
  expect(Object.fromEntries([...found].map(([name, { level }]) => [name, level]))).toMatchObject({
    storage: 'error',
    revocations: 'error',
    rateLimits: 'error',
    upkeep: 'error',
    redis: 'note',
  })
  for (const { level, meaning, cure } of all) {
    expect(meaning).toMatch(/[^.]\.$/)
    if (level !== 'ok') expect(cure).toMatch(/[^.]\.$/)
    expect(cure ?? '').not.toContain('KITH_DEBUG')
  }
})

test('doctor reports hashes that are too cheap', async () => {
  const project = createProject()
  project.write(
    'kith.config.mjs',
    `import { createKith } from '@kith/core'
     import { createMemoryStorage } from '@kith/core/memory'
     export default createKith({ secret: '${secret}', storage: createMemoryStorage(), passwords: { memoryKiB: 1024, iterations: 1 } })`,
  )
  expect((await findings(project)).get('passwords')).toMatchObject({ level: 'error' })
})

test('upkeep reports what it removed; with --every it runs until it is stopped', async () => {
  const project = createProject()
  await project.kith(['migrate'])
  expect((await project.kith(['upkeep', '--json'])).json()).toMatchObject({
    accounts: 0,
    sessions: 0,
    failed: [],
  })
  const odd = await project.kith(['upkeep', '--every', '1 hour'])
  expect([odd.code, odd.stderr]).toEqual([2, expect.stringContaining('--every 1 hour is not a duration')])

  const child = project.start(['upkeep', '--every', '1s', '--json'])
  let lines = 0
  child.stdout?.on('data', (chunk: Buffer) => (lines += chunk.toString().split('\n').length - 1))
  const run = ended(child)
  await expect.poll(() => lines, { timeout: 30_000 }).toBeGreaterThan(1)
  child.kill('SIGTERM')
  const { code, stdout } = await run
  expect(code).toBe(143)
  for (const line of stdout.trim().split('\n').slice(0, 2))
    expect(JSON.parse(line)).toMatchObject({ failed: [] })
})

test('a failing step of upkeep is named, and the exit code is 1', async () => {
  const project = createProject()
  const run = await project.kith(['upkeep', '--json'])
  expect([run.code, run.json<{ failed: string[] }>().failed.length > 0]).toEqual([1, true])
})

test('wrong counts are corrected and count as a finding; the next run finds none', async () => {
  const project = createProject()
  await project.kith(['migrate'])
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(project.database)
  database.exec(
    "INSERT INTO kith_post_counts (author_id, posts) VALUES (x'01a223faf2a57164b02f60ac79e35d01', 7)",
  )
  database.close()
  const wrong = await project.kith(['verify', 'counts', '--json'])
  expect([wrong.code, wrong.json()]).toMatchObject([1, { differences: [{}] }])
  const right = await project.kith(['verify', 'counts'])
  expect([right.code, right.stdout]).toEqual([0, expect.stringContaining('counts are right')])
})

test('reports the outbox backlog', async () => {
  const project = createProject()
  await project.kith(['migrate'])
  const none = await project.kith(['outbox'])
  expect([none.code, none.stdout.trim()]).toEqual([0, 'No event is waiting.'])
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite')
  const database = new DatabaseSync(project.database)
  database.exec(
    "INSERT INTO kith_outbox (id, account_id, name, at, payload) VALUES (x'01', x'02', 'account.deleted', 1000, '{}')",
  )
  database.close()
  const one = await project.kith(['outbox'])
  expect(one.stdout.trim()).toBe('1 waits, the oldest since 1970-01-01T00:00:01.000Z.')
  const data = await project.kith(['outbox', '--json'])
  expect(data.json()).toMatchObject({ waiting: 1, oldestAt: '1970-01-01T00:00:01.000Z' })
})

test('generates a secret and says when the old one can be removed', async () => {
  const project = createProject()
  const printed = (await project.kith(['rotate-keys', '--json'])).json<Record<string, string | number>>()
  expect(printed).toMatchObject({ longestTokenSeconds: 30 * 86_400 })
  expect(String(printed['secret'])).toMatch(/^[A-Za-z0-9+/]{43}=$/)
  const days = (Date.parse(String(printed['previousUntil'])) - Date.now()) / 86_400_000
  expect(Math.abs(days - 30)).toBeLessThan(2)
})

test('changes an env file through a link, keeps its owner, and does not follow a link planted in its place', async () => {
  const project = createProject()
  const file = project.write('shared.env', `KITH_SECRET=${secret}\n`)
  const victim = project.write('victim', 'precious')
  chmodSync(file, 0o640)
  if (process.getuid?.() === 0) chownSync(file, 12_345, 12_346)
  const before = statSync(file)
  symlinkSync('shared.env', join(dirname(file), '.env'))
  symlinkSync(victim, `${file}.partial`)
  const run = await project.kith(['rotate-keys', '--write', '.env'])
  expect(run.code).toBe(0)
  expect(run.stdout).not.toContain('Every user of this machine')
  expect(readFileSync(victim, 'utf8')).toBe('precious')
  expect(lstatSync(join(dirname(file), '.env')).isSymbolicLink()).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain(`KITH_PREVIOUS_SECRETS=${secret}`)
  const after = statSync(file)
  expect([after.mode, after.uid, after.gid]).toEqual([before.mode, before.uid, before.gid])
})

test('writes both secrets to an env file with which the app starts, and prints neither', async () => {
  const project = createProject()
  const file = project.write('.env', `# the app\nKITH_SECRET="${secret}"\nPORT=3000\n`)
  const run = await project.kith(['rotate-keys', '--write', '.env'])
  expect(run.code).toBe(0)
  const text = readFileSync(file, 'utf8')
  const [, next = ''] = /^KITH_SECRET=(.+)$/m.exec(text) ?? []
  expect(text).toBe(`# the app\nKITH_SECRET=${next}\nPORT=3000\nKITH_PREVIOUS_SECRETS=${secret}\n`)
  expect(run.stdout + run.stderr).not.toContain(next)
  expect(run.stdout + run.stderr).not.toContain(secret)
  expect(run.stdout).toContain('Every user of this machine can read it')
  expect(existsSync(`${file}.partial`)).toBe(false)
  const env = { KITH_SECRET: '', KITH_PREVIOUS_SECRETS: '' }
  // Variables that are set take precedence over the file, so they are removed.
  const started = await project.kith(['doctor', '--json'], {
    env: { ...env, KITH_SECRET: next, KITH_PREVIOUS_SECRETS: secret },
  })
  expect(
    started.json<{ findings: Finding[] }>().findings.find(({ check }) => check === 'secret'),
  ).toMatchObject({ level: 'note' })

  await project.kith(['rotate-keys', '--write', '.env'])
  expect(readFileSync(file, 'utf8')).toContain(`KITH_PREVIOUS_SECRETS=${next},${secret}\n`)
  project.write('other.env', 'PORT=1\n')
  const none = await project.kith(['rotate-keys', '--write', 'other.env'])
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('sets no KITH_SECRET')])
})
