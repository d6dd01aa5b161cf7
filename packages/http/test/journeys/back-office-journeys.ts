import assert from 'node:assert/strict'
import type { HostUser, Page } from '@kith/core'
import { shapes } from '../../src/shapes.ts'
import type { Answer } from './answer.ts'
import { type Browser, openBrowser, password, registerBearer, registerInBrowser } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'

const unknownId = '018f5a5e-0000-7000-8000-000000000000'

function pageIn(answer: Answer): Page<HostUser> {
  assert.equal(answer.status, 200, answer.text)
  return shapes.HostUserPage.parse(answer.json())
}

const namesIn = (answer: Answer): (string | null)[] => pageIn(answer).items.map(({ username }) => username)

/** Signs in an administrator that the host has created. */
async function administrator(
  app: JourneyApp,
  role = 'admin',
): Promise<{ browser: Browser; id: string; sessionId: string }> {
  const { id } = await app.kith.accounts.create({ username: 'cleo', password })
  await app.kith.accounts.setRole(id, role)
  const browser = openBrowser(app)
  const { session } = (await browser.post('/users/login', { login: 'cleo', password })).signIn()
  return { browser, id, sessionId: session.id }
}

/** Registers an account that waits for approval, and returns its id. */
async function apply(app: JourneyApp, username: string): Promise<string> {
  const json = { username, email: `${username}@example.com`, password }
  ;(await app.post('/users/register', json)).problem('approval-required')
  return (await app.kith.accounts.find(username))?.id ?? ''
}

/** The headers that a browser sends for a page of another site. */
async function forged(app: JourneyApp, browser: Browser, path: string): Promise<Answer> {
  const headers = {
    cookie: browser.jar.header(),
    origin: 'https://evil.example',
    'sec-fetch-site': 'cross-site',
  }
  return await app.request(path, { method: 'POST', headers })
}

/** How administrators manage other accounts. */
export const backOfficeJourneys: readonly Journey[] = [
  {
    id: 'back-office/applications',
    title:
      'An administrator lists waiting accounts in pages, approves one and refuses another; other roles cannot see them',
    setup: { accounts: { signUp: 'approval' } },
    async run(app) {
      const { browser, id, sessionId } = await administrator(app)
      const ids: string[] = []
      for (const name of ['anna', 'berta', 'clara']) ids.push(await apply(app, name))
      const [anna = '', berta = '', clara = ''] = ids
      const first = pageIn(await browser.request('/admin/applications?limit=2'))
      assert.deepEqual(
        first.items.map((each) => [each.id, each.email, each.bannedAt, typeof each.waitingSince]),
        [
          [clara, 'clara@example.com', null, 'string'],
          [berta, 'berta@example.com', null, 'string'],
        ],
      )
      const rest = `/admin/applications?limit=2&cursor=${first.nextCursor}`
      assert.deepEqual(namesIn(await browser.request(rest)), ['anna'])
      ;(await browser.request('/admin/applications?cursor=c2Vzc2lvbnM')).problem('invalid-cursor')

      const approve = (of: string) => `/admin/applications/${of}/approve`
      const refuse = (of: string) => `/admin/applications/${of}/refuse`
      ;(await forged(app, browser, approve(anna))).problem('origin-not-allowed')
      const approved = await browser.post(approve(anna))
      assert.equal(approved.status, 200, approved.text)
      assert.equal(shapes.HostUser.parse(approved.json()).waitingSince, null)
      ;(await browser.post(refuse(berta))).done()
      for (const path of [
        approve(anna),
        refuse(anna),
        approve(berta),
        refuse(unknownId),
        approve('nobody'),
        refuse(id),
      ])
        (await browser.post(path)).problem('application-not-found')
      assert.deepEqual(namesIn(await browser.request('/admin/applications')), ['clara'])
      await app.kith.settled()
      assert.equal(app.mailbox.last('account-approved').to, 'anna@example.com')
      const { items } = await app.kith.audit.list(anna)
      const actors = items
        .filter(({ actor }) => actor.kind === 'admin')
        .map(({ action, actor }) => [action, actor])
      assert.deepEqual(actors, [['account.approved', { kind: 'admin', sessionId, userId: id }]])

      app.advance(601)
      ;(await browser.post(refuse(clara))).problem('proof-required')
      assert.equal((await browser.post(approve(clara))).status, 200)
      const member = openBrowser(app)
      ;(await member.post('/users/login', { login: 'anna', password })).signIn()
      await app.kith.accounts.setRole(anna, 'moderator')
      const waiting = await apply(app, 'dora')
      for (const path of [waiting, unknownId].flatMap((of) => [approve(of), refuse(of)])) {
        ;(await member.post(path)).problem('role-required')
        ;(await app.post(path)).problem('unauthenticated')
      }
      ;(await member.request('/admin/applications')).problem('role-required')
      ;(await app.request('/admin/applications')).problem('unauthenticated')
      await app.kith.accounts.setRole(id, 'member')
      ;(await browser.post(approve(waiting))).problem('role-required')
    },
  },
  {
    id: 'back-office/accounts',
    title:
      'An administrator looks up accounts, suspends one, sets a role and ends sessions, and is named in the log for each',
    setup: { accounts: { backOffice: {} } },
    async run(app) {
      const { browser, id, sessionId } = await administrator(app)
      const anna = await registerBearer(app)
      await registerBearer(app, 'berta')
      assert.deepEqual(namesIn(await browser.request('/admin/users?limit=2')), ['berta', 'anna'])
      assert.deepEqual(namesIn(await browser.request('/admin/users?search=ann')), ['anna'])
      assert.deepEqual(namesIn(await browser.request('/admin/users?role=admin&banned=false')), ['cleo'])
      assert.equal((await browser.request('/admin/users?banned=maybe')).status, 422)
      const path = `/admin/users/${anna.user.id}`
      const until = new Date(app.now().getTime() + 86_400_000).toISOString()
      ;(await browser.put(`${path}/ban`, { reason: 'Spam', until })).done()
      const banned = shapes.HostUser.parse((await browser.request(path)).json())
      assert.deepEqual([banned.banReason, banned.bannedUntil], ['Spam', until])
      ;(await anna.request('/users/me')).problem('session-revoked')
      assert.deepEqual(namesIn(await browser.request('/admin/users?banned=true')), ['anna'])
      for (const _again of [1, 2]) (await browser.delete(`${path}/ban`)).done()
      const back = openBrowser(app)
      ;(await back.post('/users/login', { login: 'anna', password })).signIn()
      ;(await browser.put(`${path}/role`, { role: 'moderator' })).done()
      assert.equal((await back.request('/users/me')).user().role, 'moderator')
      for (const _again of [1, 2]) (await browser.delete(`${path}/sessions`)).done()
      ;(await back.request('/users/me')).problem('session-revoked')
      assert.deepEqual((await browser.put(`${path}/ban`, { until: '2020-01-01T00:00:00Z' })).invalid(), [
        'until malformed',
      ])
      const { items } = await app.kith.audit.list(anna.user.id, { limit: 100 })
      const byAdmin = items.filter(({ actor }) => actor.userId === id && actor.sessionId === sessionId)
      const actions = new Set(byAdmin.map(({ action }) => action))
      for (const action of ['account.banned', 'account.unbanned', 'account.role-changed', 'session.revoked'])
        assert.ok([...actions].includes(action as never), action)
      ;(await browser.request(`/admin/users/${unknownId}`)).problem('account-not-found')
      ;(await browser.delete('/admin/users/nobody/ban')).problem('account-not-found')
      app.advance(601)
      ;(await browser.put(`${path}/ban`, {})).problem('proof-required')
      ;(await browser.put(`${path}/role`, { role: 'member' })).problem('proof-required')
      ;(await browser.delete(`${path}/sessions`)).problem('proof-required')
    },
  },
  {
    id: 'back-office/protected',
    title:
      'No one can change or appoint an administrator, not even themselves; other roles and acting admins see nothing',
    setup: { accounts: { backOffice: { over: ['member'] } } },
    async run(app) {
      const { browser, id } = await administrator(app)
      const { browser: moderator, user } = await registerInBrowser(app, 'moni')
      await app.kith.accounts.setRole(user.id, 'moderator')
      const anna = await registerBearer(app)
      const changes = (of: string, by: Browser): Promise<Answer>[] => [
        by.put(`/admin/users/${of}/ban`, {}),
        by.delete(`/admin/users/${of}/ban`),
        by.put(`/admin/users/${of}/role`, { role: 'member' }),
        by.delete(`/admin/users/${of}/sessions`),
      ]
      for (const of of [id, user.id])
        for (const answer of await Promise.all(changes(of, browser))) answer.problem('account-protected')
      for (const of of [id, user.id, anna.user.id, unknownId])
        for (const answer of await Promise.all(changes(of, moderator))) answer.problem('role-required')
      for (const path of ['/admin/users', `/admin/users/${anna.user.id}`, `/admin/users/${unknownId}`])
        (await moderator.request(path)).problem('role-required')
      for (const role of ['admin', 'moderator', 'owner'])
        assert.equal((await browser.put(`/admin/users/${anna.user.id}/role`, { role })).status, 422)
      assert.equal((await app.kith.accounts.byId(anna.user.id))?.role, 'member')
      ;(await browser.post(`/admin/users/${anna.user.id}/impersonate`, { reason: 'Ticket 7' })).signIn(201)
      for (const answer of await Promise.all(changes(anna.user.id, browser))) answer.problem('impersonated')
      ;(await browser.request('/admin/users')).problem('impersonated')
    },
  },
]
