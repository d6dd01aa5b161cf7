import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import express from 'express'
import { expect, test } from 'vitest'
import { adminPage } from '../../examples/recipes/src/admin-page.ts'
import { createVisitor, listen, type Visitor } from './visitor.ts'

const password = 'correct horse'

interface App {
  kith: Kith
  join(username: string, name?: string): Promise<{ visitor: Visitor; id: string }>
}

async function start(): Promise<App> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
  })
  const parts = kithExpress(kith)
  const url = await listen(express().use(parts.routes, adminPage(kith, parts)))
  return {
    kith,
    async join(username, name = username) {
      const visitor = createVisitor(url)
      const body = { username, name, password }
      const joined = await visitor.call('POST', '/api/v1/users/register', { body })
      const { user } = (await joined.json()) as { user: { id: string } }
      return { visitor, id: user.id }
    },
  }
}

test('is only for accounts that are admins at the moment, and for its own pages', async () => {
  const { kith, join } = await start()
  const [ada, bob] = [await join('ada'), await join('bob')]
  const open = async (): Promise<number> => (await ada.visitor.call('GET', '/admin')).status
  expect(await open()).toBe(403)
  await kith.accounts.setRole(ada.id, 'admin')
  expect(await open()).toBe(200)

  const ban = new URLSearchParams({ id: bob.id, reason: 'Spam' })
  const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
  expect((await ada.visitor.call('POST', '/admin/ban', { body: ban, headers })).status).toBe(403)
  expect((await bob.visitor.call('POST', '/admin/ban', { body: ban })).status).toBe(403)
  expect(await kith.accounts.byId(bob.id)).toMatchObject({ bannedAt: null })
  const nobody = new URLSearchParams({ id: kith.accounts.shadowId('nobody'), reason: 'Spam' })
  const unknown = await ada.visitor.call('POST', '/admin/ban', { body: nobody })
  expect([unknown.status, await unknown.json()]).toMatchObject([404, { code: 'account-not-found' }])

  await kith.accounts.setRole(ada.id, 'member')
  expect(await open()).toBe(403)
})

test('lists accounts, escapes hostile names, and searches', async () => {
  const { kith, join } = await start()
  const { visitor, id } = await join('ada')
  await kith.accounts.setRole(id, 'admin')
  await join('bob', `<script>alert("1")</script> & 'co'`)
  for (let index = 0; index < 25; index++)
    await kith.accounts.import({ username: `person${index}`, passwordHash: null })
  const page = async (query = ''): Promise<string> => (await visitor.call('GET', `/admin${query}`)).text()

  expect(await page('?search=bo')).toContain(
    "<td>bob<td>&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; 'co'",
  )
  expect(await page('?search=bo')).not.toContain('person')
  expect(await page(`?search=${encodeURIComponent('"><script>')}`)).toContain(
    'value="&#34;&#62;&#60;script&#62;"',
  )

  const seen: string[] = []
  for (let query: string | undefined = ''; query !== undefined;) {
    const text: string = await page(query)
    seen.push(...[...text.matchAll(/<tr><td>(\w+)/g)].map(([, name = '']) => name))
    query = /<a href="([^"]*)"/.exec(text)?.[1]
  }
  expect(seen).toHaveLength(27)
  expect(new Set(seen).size).toBe(27)
})

test('a ban ends the sessions and gives the reason; after it is lifted, the account works again', async () => {
  const { kith, join } = await start()
  const [ada, bob] = [await join('ada'), await join('bob')]
  await kith.accounts.setRole(ada.id, 'admin')
  const login = async (): Promise<unknown> => {
    const body = { login: 'bob', password }
    const answer = await bob.visitor.call('POST', '/api/v1/users/login', { body })
    return [answer.status, await answer.json()]
  }

  const reason = '<b>Spam</b>'
  const banned = await ada.visitor.call('POST', '/admin/ban', {
    body: new URLSearchParams({ id: bob.id, reason }),
  })
  expect([banned.status, banned.headers.get('location')]).toEqual([303, '/admin'])
  expect(await (await ada.visitor.call('GET', '/admin')).text()).toContain('<td>&#60;b&#62;Spam&#60;/b&#62;')
  expect((await bob.visitor.call('GET', '/api/v1/users/me')).status).toBe(401)
  expect(await login()).toMatchObject([403, { code: 'account-banned', ban: { reason } }])

  await ada.visitor.call('POST', '/admin/unban', { body: new URLSearchParams({ id: bob.id }) })
  expect(await login()).toMatchObject([200, { user: { username: 'bob' } }])
})
