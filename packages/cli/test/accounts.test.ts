import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, ended, type Project } from './run-kith.ts'

const hash =
  '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b7Lw+G9QTyzvx4hzNkvJpcJCxo'

function line(name: string, more: object = {}): string {
  return `${JSON.stringify({ username: name, email: `${name}@example.com`, passwordHash: hash, ...more })}\n`
}

async function migrated(): Promise<Project> {
  const project = createProject()
  expect((await project.kith(['migrate', '--json'])).code).toBe(0)
  return project
}

test('imports accounts, and prints a line with the reason for each refused one', async () => {
  const project = await migrated()
  const lines = [
    line('ada', { name: 'Ada', createdAt: '2019-05-01T00:00:00Z', emailVerified: true }),
    '\n',
    line('x'),
    'no json\n',
    line('bob', { passwordHash: 'plain' }),
    line('ADA', { email: 'other@example.com' }),
    line('eve', { createdAt: 'yesterday' }),
    line('zoe').trimEnd(),
  ]
  const file = project.write('users.jsonl', lines.join(''))
  const run = await project.kith(['import', 'users.jsonl', '--json'])
  expect(run.code).toBe(1)
  expect(run.json()).toEqual({
    lines: 8,
    imported: 2,
    present: 0,
    refused: 5,
    resumedAfter: 0,
    refusedFile: `${file}.refused.jsonl`,
  })
  const refused = readFileSync(`${file}.refused.jsonl`, 'utf8')
  expect(refused).not.toContain('argon2')
  const rows = refused
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as { line: number; code: string; reason: string })
  expect(rows.map(({ line, code }) => [line, code])).toEqual([
    [3, 'invalid-input'],
    [4, 'malformed'],
    [5, 'invalid-input'],
    [6, 'identifier-taken'],
    [7, 'invalid-input'],
  ])
  expect(rows.map(({ reason }) => reason)).toMatchObject([
    expect.stringContaining('username'),
    expect.stringContaining('JSON'),
    expect.stringContaining('passwordHash'),
    expect.stringContaining('Another account'),
    expect.stringContaining('createdAt'),
  ])
  expect(existsSync(`${file}.kith-import`)).toBe(false)

  const exported = await project.kith(['export', 'ada@example.com'])
  const [account] = exported.stdout.split('\n').map((text) => JSON.parse(text || '{}') as object)
  expect(account).toMatchObject({
    type: 'account',
    username: 'ada',
    createdAt: '2019-05-01T00:00:00.000Z',
    emailVerified: true,
  })
})

test('importing a file again skips existing accounts, and refuses those with a different password', async () => {
  const project = await migrated()
  const text = line('ada') + line('bob')
  project.write('users.jsonl', text)
  expect((await project.kith(['import', 'users.jsonl'])).stdout).toBe('Imported 2 accounts.\n')
  expect((await project.kith(['import', '-', '--json'], { input: text })).json()).toMatchObject({
    imported: 0,
    present: 2,
    refused: 0,
  })
  const other = line('ada', { passwordHash: null })
  expect((await project.kith(['import', '-', '--json'], { input: other })).json()).toMatchObject({
    present: 0,
    refused: 1,
  })
})

test('an import into a database without a schema prints the solution and leaves nothing', async () => {
  const project = createProject()
  project.write('users.jsonl', line('ada'))
  const run = await project.kith(['import', 'users.jsonl'])
  expect([run.code, run.stdout, run.stderr]).toEqual([1, '', expect.stringContaining('migrate')])
  expect(existsSync(join(project.folder, 'users.jsonl.kith-import'))).toBe(false)
})

test(
  'a process that is killed during an import leaves a file from which it continues, with each account once',
  { timeout: 240_000 },
  async () => {
    const project = await migrated()
    const names = Array.from({ length: 12_000 }, (_, index) => `user${index}`)
    const file = project.write(
      'users.jsonl',
      names.map((name, index) => line(index % 1000 === 999 ? 'x' : name)).join(''),
    )
    const journal = `${file}.kith-import`
    let kills = 0
    for (;;) {
      const child = project.start(['import', 'users.jsonl', '--json'])
      const before = existsSync(journal) ? readFileSync(journal, 'utf8') : ''
      const run = ended(child)
      // Somewhere in a batch after a recorded one.
      await expect
        .poll(
          () => child.exitCode !== null || (existsSync(journal) && readFileSync(journal, 'utf8') !== before),
          { timeout: 60_000, interval: 1 },
        )
        .toBe(true)
      if (kills < 3 && child.kill('SIGKILL')) kills++
      const { code, json } = await run
      if (code === null) continue
      expect(kills).toBe(3)
      expect(code).toBe(1)
      const { imported, present, refused, resumedAfter } = json<Record<string, number>>()
      expect([(imported ?? 0) + (present ?? 0), refused]).toEqual([names.length - 12, 12])
      expect(resumedAfter).toBeGreaterThan(0)
      break
    }
    expect(
      readFileSync(`${file}.refused.jsonl`, 'utf8')
        .trim()
        .split('\n')
        .map((text) => (JSON.parse(text) as { line: number }).line),
    ).toEqual(Array.from({ length: 12 }, (_, index) => (index + 1) * 1000))
    expect(existsSync(journal)).toBe(false)
  },
)

test('an import does not continue with a file that has changed since', async () => {
  const project = await migrated()
  const file = project.write('users.jsonl', line('ada'))
  project.write('users.jsonl.kith-import', JSON.stringify({ line: 5, end: 100, size: 1, modified: 1 }))
  const run = await project.kith(['import', file])
  expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('--from-start')])
  expect((await project.kith(['import', file, '--from-start'])).stdout).toBe('Imported 1 accounts.\n')
})

test('Ctrl-C stops an import after its batch with exit code 130, and the next run continues', async () => {
  const project = await migrated()
  const file = project.write(
    'users.jsonl',
    Array.from({ length: 20_000 }, (_, index) => line(`user${index}`)).join(''),
  )
  const child = project.start(['import', 'users.jsonl'])
  const run = ended(child)
  await expect.poll(() => existsSync(`${file}.kith-import`), { timeout: 60_000, interval: 1 }).toBe(true)
  child.kill('SIGINT')
  const { code, stdout, stderr } = await run
  expect([code, stdout, stderr]).toEqual([130, '', expect.stringContaining('Interrupted')])
  const next = (await project.kith(['import', 'users.jsonl', '--json'])).json<Record<string, number>>()
  expect(next).toMatchObject({ lines: 20_000, refused: 0, imported: 20_000 })
  expect(next['resumedAfter']).toBeGreaterThan(0)
})

test('bans an account and lifts the ban, by id, username or email address, after confirmation', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada'))
  await project.kith(['import', 'users.jsonl'])
  const refused = await project.kith(['ban', 'ada'])
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(/no terminal to ask at.\n.*--yes/),
  ])
  const { id } = (await project.kith(['ban', 'ADA', '--yes', '--json'])).json<{ id: string }>()
  expect((await project.kith(['unban', id])).stdout).toBe(`ada (${id}) can sign in again.\n`)
  expect((await project.kith(['unban', 'ada@example.com'])).stdout).toBe(`ada (${id}) was not banned.\n`)
  const unknown = await project.kith(['ban', 'nobody', '--yes', '--json'])
  expect([unknown.code, unknown.json()]).toMatchObject([
    1,
    { error: { message: expect.stringContaining('"nobody"') as string } },
  ])
})

test('an export file exists only once it is complete, and is never overwritten', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada'))
  await project.kith(['import', 'users.jsonl'])
  const path = join(project.folder, 'ada.jsonl')
  expect((await project.kith(['export', 'ada', '--out', 'ada.jsonl', '--json'])).json()).toMatchObject({
    file: path,
    lines: 1,
  })
  expect(readFileSync(path, 'utf8')).toContain('"username":"ada"')
  const again = await project.kith(['export', 'ada', '--out', 'ada.jsonl'])
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists')])
})

test('a ban and the end of sessions report that the servers could not be notified, and take effect nevertheless', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada'))
  await project.kith(['import', 'users.jsonl'])
  const away = { env: { KITH_REDIS_URL: 'redis://127.0.0.1:1' } }
  for (const args of [
    ['sessions', 'end', 'ada', '--all', '--yes'],
    ['ban', 'ada', '--yes'],
  ]) {
    const { code, stdout } = await project.kith(args, away)
    expect([code, stdout]).toEqual([
      1,
      expect.stringMatching(/could not be notified.*15 minutes: Redis cannot be reached: check/),
    ])
  }
  // Without Redis there is no one to notify.
  expect((await project.kith(['ban', 'ada', '--yes'])).code).toBe(0)
  expect((await project.kith(['unban', 'ada'])).stdout).toContain('can sign in again')
})

test('the audit log can be listed for one account or for all, including deleted ones', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada') + line('bob'))
  const unset = await project.kith(['audit', '--json'])
  expect([unset.code, unset.json()]).toMatchObject([1, { error: { code: 'not-configured' } }])
  project.env['KITH_AUDIT_KEEP_FOR'] = '365d'
  for (const args of [
    ['import', 'users.jsonl'],
    ['ban', 'ada', '--reason', 'Spam', '--yes'],
    ['unban', 'ada'],
  ])
    expect((await project.kith(args)).code).toBe(0)
  type Entries = { entries: { action: string; userId: string; actor: { kind: string } }[] }
  const { entries } = (await project.kith(['audit', 'ada', '--json'])).json<Entries>()
  expect(entries.map(({ action }) => action)).toEqual([
    'account.unbanned',
    'account.banned',
    'account.imported',
  ])
  expect(entries.every(({ actor }) => actor.kind === 'host')).toBe(true)
  const id = entries[0]?.userId ?? ''
  const told = await project.kith(['audit', id.toUpperCase()])
  expect(told.stdout.split('\n')[2]).toMatch(/account\.banned +host +- +\{"until":null,"reason":"Spam"\}/)
  expect((await project.kith(['audit', '--json'])).json<Entries>().entries).toHaveLength(4)
  const last = (await project.kith(['audit', '--last', '2', '--json'])).json<Entries>()
  expect(last.entries).toEqual(entries.slice(0, 2))
  expect((await project.kith(['audit', id.replaceAll(/[0-9a-f]/g, '0')])).stdout).toContain('no entries')
  expect((await project.kith(['audit', '--last', 'all'])).code).toBe(2)
})

test('shows and sets a role, after confirmation, and the audit log names the administrator', async () => {
  const project = await migrated()
  const keeping = { env: { KITH_AUDIT_KEEP_FOR: '30d' } }
  project.write('users.jsonl', line('ada') + line('grace'))
  await project.kith(['import', 'users.jsonl'])
  const id = async (name: string) =>
    (await project.kith(['sessions', name, '--json'])).json<{ id: string }>().id
  const [ada, grace] = [await id('ada'), await id('grace')]
  expect((await project.kith(['role', 'ada'])).stdout).toBe(`ada (${ada}) is member.\n`)
  expect((await project.kith(['role', 'ada', 'moderator'])).code).toBe(2)
  const run = await project.kith(['role', 'ada', 'moderator', '--by', 'grace', '--yes', '--json'], keeping)
  expect(run.json()).toMatchObject({ id: ada, role: 'moderator', before: 'member' })
  await project.kith(['ban', 'ada', '--by', 'grace', '--yes'], keeping)
  await project.kith(['sessions', 'end', 'ada', '--all', '--by', 'grace', '--yes'], keeping)
  await project.kith(['unban', 'ada', '--by', grace], keeping)
  expect((await project.kith(['role', 'ada', '--json'])).json()).toMatchObject({ role: 'moderator' })
  expect((await project.kith(['role', 'ada', 'No Role', '--yes'])).code).toBe(1)
  expect((await project.kith(['role', 'ada', 'admin', '--by', 'nobody', '--yes'])).code).toBe(1)
  const { entries } = (await project.kith(['audit', 'ada', '--json'], keeping)).json<{
    entries: { action: string; actor: object }[]
  }>()
  const actor = { kind: 'admin', sessionId: null, userId: grace }
  expect(entries.map((entry) => [entry.action, entry.actor])).toEqual([
    ['account.unbanned', actor],
    ['account.banned', actor],
    ['account.role-changed', actor],
  ])
  expect((await project.kith(['audit', 'ada'], keeping)).stdout).toContain(`admin ${grace}`)
})

test('creates invitations for an account, lists who used them, and revokes them', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada'))
  expect((await project.kith(['import', 'users.jsonl'])).code).toBe(0)
  const made = await project.kith([
    'invite',
    'ada',
    '--uses',
    '3',
    '--lasts',
    '2d',
    '--note',
    'Choir',
    '--json',
  ])
  const invitation = made.json() as { id: string; code: string; uses: number; note: string }
  expect(invitation).toMatchObject({ uses: 3, left: 3, note: 'Choir', state: 'open', invited: [] })
  expect(invitation.code).toMatch(/^[0-9a-z]{26}$/)
  const listed = await project.kith(['invitations', 'ada'])
  expect(listed.stdout).toContain('0/3')
  expect(listed.stdout).not.toContain(invitation.code)
  expect((await project.kith(['revoke-invitation', 'ada', invitation.id])).code).toBe(0)
  const after = (await project.kith(['invitations', 'ada', '--json'])).json() as {
    invitations: { state: string }[]
  }
  expect(after.invitations.map(({ state }) => state)).toEqual(['revoked'])
  const none = await project.kith(['revoke-invitation', 'ada', '0199f3a4-5b1c-7d2e-8f00-112233445566'])
  expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('Invitation not found')])
  expect((await project.kith(['invite', 'ada', '--uses', 'many'])).code).toBe(2)
})

test('approves and refuses only waiting accounts', async () => {
  const project = await migrated()
  project.write('users.jsonl', line('ada'))
  await project.kith(['import', 'users.jsonl'])
  expect((await project.kith(['applications', '--json'])).json()).toEqual({ applications: [] })
  for (const words of [
    ['approve', 'ada'],
    ['refuse', 'ada', '--yes'],
  ]) {
    const run = await project.kith(words)
    expect([run.code, run.stderr]).toEqual([1, expect.stringContaining('Application not found')])
  }
})
