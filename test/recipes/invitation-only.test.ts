import { DatabaseSync } from 'node:sqlite'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { invitationOnly } from '../../examples/recipes/src/invitation-only.ts'
import { createVisitor, listen } from './visitor.ts'

const password = 'correct horse'
const path = '/api/v1/users/register'

interface App {
  url: string
  database: DatabaseSync
  /** The unused codes. */
  codes(): unknown[]
}

async function start(...codes: string[]): Promise<App> {
  const database = new DatabaseSync(':memory:')
  onTestFinished(() => database.close())
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ database }),
    passwords: cheapPasswords,
  })
  await kith.storage.migrate()
  const parts = kithExpress(kith, { routes: { register: false } })
  const app = express()
  app.use(parts.routes, invitationOnly(kith, parts, database), parts.problems)
  for (const code of codes) database.prepare('INSERT INTO invitations VALUES (?)').run(code)
  const left = database.prepare('SELECT code FROM invitations')
  return { url: await listen(app), database, codes: () => left.all().map(({ code }) => code) }
}

test('an invitation admits one person, who is then signed in', async () => {
  const { url, codes } = await start('first', 'second')
  const ada = createVisitor(url)
  const joined = await ada.call('POST', path, { body: { username: 'ada', password, invitation: 'first' } })
  expect([joined.status, await joined.json()]).toMatchObject([201, { user: { username: 'ada' } }])
  expect(await (await ada.call('GET', '/api/v1/users/me')).json()).toMatchObject({ username: 'ada' })
  expect(codes()).toEqual(['second'])

  // Kith's own registration is not available next to it.
  for (const body of [
    { username: 'bob', password },
    { username: 'bob', password, invitation: 'first' },
  ]) {
    const refused = await createVisitor(url).call('POST', path, { body })
    expect([refused.status, await refused.json()]).toMatchObject([
      403,
      { code: 'policy-refused', detail: 'Ask a member for an invitation.' },
    ])
  }
  const { paths } = (await (await ada.call('GET', '/api/v1/openapi.json')).json()) as { paths: object }
  expect(Object.keys(paths)).not.toContain(path)
})

test('of twenty people with one code, one registers', async () => {
  const { url, database, codes } = await start('for one')
  const answers = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const body = { username: `person${index}`, password, invitation: 'for one' }
      return (await createVisitor(url).call('POST', path, { body })).status
    }),
  )
  expect(answers.toSorted()).toEqual([201, ...Array.from({ length: 19 }, () => 403)])
  expect(database.prepare('SELECT count(*) AS accounts FROM kith_users').get()).toEqual({ accounts: 1 })
  expect(codes()).toEqual([])
})

test('a refused registration returns the code, and a page of another site uses none', async () => {
  const { url, codes } = await start('first', 'second')
  const register = (body: object, headers = {}): Promise<Response> =>
    createVisitor(url).call('POST', path, { body, headers })
  expect((await register({ username: 'ada', password, invitation: 'first' })).status).toBe(201)
  expect((await register({ username: 'ada', password, invitation: 'second' })).status).toBe(409)
  expect((await register({ username: 'bob', password: 'x', invitation: 'second' })).status).toBe(422)
  expect(codes()).toEqual(['second'])

  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  expect((await register({ username: 'bob', password, invitation: 'second' }, foreign)).status).toBe(403)
  expect(codes()).toEqual(['second'])
  expect((await register({ username: 'bob', password, invitation: 'second' })).status).toBe(201)
})
