import { cheapPasswords } from '@kith/conformance'
import { createKith, type Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { kithExpress } from '@kith/express'
import express from 'express'
import { expect, test } from 'vitest'
import { type Identity, type Provider, thirdParty } from '../../examples/recipes/src/third-party.ts'
import { createVisitor, listen, type Visitor } from './visitor.ts'

const grace: Identity = { issuer: 'https://id.example', subject: '17', name: 'Grace' }

/** The other service: a code is the identity itself, and a missing code means that the user declined. */
const provider: Provider = {
  urlFor(state) {
    const url = new URL('https://id.example/authorize')
    url.searchParams.set('state', state)
    return url
  },
  async identify({ searchParams }) {
    const code = searchParams.get('code')
    return code === null ? null : (JSON.parse(code) as Identity)
  },
}

async function start(): Promise<{ url: string; kith: Kith }> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
  })
  const parts = kithExpress(kith)
  return {
    url: await listen(express().use(parts.routes, thirdParty(kith, parts, provider), parts.problems)),
    kith,
  }
}

/** The headers of a browser that was redirected by a page of another service, without an `Origin`. */
const fromElsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }

async function begin(visitor: Visitor): Promise<string> {
  const sent = await visitor.call('GET', '/auth')
  expect(sent.status).toBe(302)
  return new URL(sent.headers.get('location') ?? '').searchParams.get('state') ?? ''
}

function comeBack(visitor: Visitor, query: { state: string; code?: string }): Promise<Response> {
  const headers = fromElsewhere
  return visitor.call('GET', `/auth/callback?${new URLSearchParams(query).toString()}`, { headers })
}

async function signIn(visitor: Visitor, identity: Identity): Promise<Response> {
  return await comeBack(visitor, { state: await begin(visitor), code: JSON.stringify(identity) })
}

async function me(visitor: Visitor): Promise<unknown> {
  return await (await visitor.call('GET', '/api/v1/users/me')).json()
}

test('a visitor who returns from the other service is signed in, the second time to the same account', async () => {
  const { url, kith } = await start()
  const [laptop, phone, other] = [createVisitor(url), createVisitor(url), createVisitor(url)]
  const back = await signIn(laptop, grace)
  expect([back.status, back.headers.get('location')]).toEqual([302, '/'])
  expect(laptop.cookies.has('state')).toBe(false)
  expect(await me(laptop)).toMatchObject({ name: 'Grace' })

  await signIn(phone, { ...grace, name: 'Grace Hopper' })
  expect(await me(phone)).toEqual(await me(laptop))
  await signIn(other, { ...grace, issuer: 'https://other.example' })
  const { items } = await kith.accounts.list()
  expect(items).toHaveLength(2)

  await kith.accounts.ban(kith.accounts.shadowId('https://id.example 17'), { reason: 'Spam' })
  const refused = await signIn(phone, grace)
  expect([refused.status, await refused.json()]).toMatchObject([403, { code: 'account-banned' }])
})

test('a callback that this browser did not request signs nobody in', async () => {
  const { url, kith } = await start()
  const [visitor, attacker] = [createVisitor(url), createVisitor(url)]
  const [own, foreign] = [await begin(visitor), await begin(attacker)]
  const code = JSON.stringify(grace)
  for (const state of [foreign, '', own.slice(1), `${own}x`])
    expect((await comeBack(visitor, { state, code })).status).toBe(400)
  expect((await comeBack(createVisitor(url), { state: own, code })).status).toBe(400)
  expect(await me(visitor)).toMatchObject({ code: 'unauthenticated' })
  expect((await kith.accounts.list()).items).toEqual([])

  // Once, and not a second time.
  expect((await comeBack(visitor, { state: own, code })).status).toBe(302)
  expect((await comeBack(visitor, { state: own, code })).status).toBe(400)
})

test('a visitor who declines there is a guest here', async () => {
  const { url } = await start()
  const visitor = createVisitor(url)
  const back = await comeBack(visitor, { state: await begin(visitor) })
  expect([back.status, back.headers.get('location')]).toEqual([302, '/'])
  expect(await me(visitor)).toMatchObject({ code: 'unauthenticated' })
})
