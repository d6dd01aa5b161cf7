import assert from 'node:assert/strict'
import { race } from './client.ts'
import {
  knownDevice,
  loginBearer,
  openBrowser,
  password,
  registerBearer,
  registerInBrowser,
  withBearer,
} from './clients.ts'
import type { Journey } from './journey.ts'

/** The counts of a new account, which a sign-in omits. */
const noCounts = { posts: 0, followers: 0, following: 0 }

/** Accounts: their life from registration to deletion. */
export const accountJourneys: readonly Journey[] = [
  {
    id: 'account/edit-profile',
    title: 'A profile can be edited, its contact data only with the password',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      assert.deepEqual((await browser.request('/users/me')).user(), { ...user, counts: noCounts })
      const edit = (json: object) => browser.patch('/users/me', json)
      const named = (await edit({ name: 'Anna A.', bio: 'Hi\nthere' })).user()
      assert.deepEqual([named.name, named.bio], ['Anna A.', 'Hi\nthere'])
      assert.deepEqual((await edit({ email: 'new@example.com' })).invalid(), ['currentPassword required'])
      ;(await edit({ email: 'new@example.com', currentPassword: 'a wrong password' })).problem(
        'wrong-password',
      )
      const moved = (await edit({ email: 'New@Example.com', currentPassword: password })).edited()
      assert.deepEqual([moved.email, moved.emailVerified], ['new@example.com', false])
    },
  },
  {
    id: 'account/new-password',
    title:
      'A new password ends every session, including copies of this one, and opens a new one for the caller',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const other = await loginBearer(app)
      const stolen = openBrowser(app)
      for (const name of browser.jar.names()) stolen.jar.set(name, browser.jar.get(name) ?? '')
      const change = (currentPassword: string, newPassword: string) =>
        browser.post('/users/me/password', { currentPassword, newPassword })
      ;(await change('a wrong password', 'another password')).problem('wrong-password')
      ;(await other.request('/users/me')).user()
      const changed = (await change(password, 'another password')).signIn()
      assert.notEqual(changed.session.id, sessionId)
      assert.equal(changed.tokens, undefined)
      for (const client of [other, stolen]) (await client.request('/users/me')).problem('session-revoked')
      const json = { refreshToken: other.tokens.refreshToken }
      ;(await app.post('/users/refresh', json)).problem('session-revoked')
      ;(await stolen.post('/users/refresh')).problem('session-revoked')
      ;(await browser.request('/users/me')).user()
      ;(await browser.post('/users/refresh')).refreshed()
      const login = (attempt: string) => app.post('/users/login', { login: 'anna', password: attempt })
      ;(await login(password)).problem('invalid-credentials')
      ;(await login('another password')).signIn()
    },
  },
  {
    id: 'account/new-password-bearer',
    title: 'Without cookies a new password returns new tokens',
    async run(app) {
      const client = await registerBearer(app)
      const json = { currentPassword: password, newPassword: 'another password' }
      const { tokens } = (await client.post('/users/me/password', json)).signIn()
      ;(await client.request('/users/me')).problem('session-revoked')
      ;(await withBearer(app, tokens?.accessToken ?? '').request('/users/me')).user()
    },
  },
  {
    id: 'account/edit-with-password',
    title:
      'An edit with the password also ends every session, including copies of this one, and opens a new one',
    async run(app) {
      const { browser, sessionId } = await registerInBrowser(app)
      const bearer = await loginBearer(app)
      const stolen = openBrowser(app)
      for (const name of browser.jar.names()) stolen.jar.set(name, browser.jar.get(name) ?? '')
      const edit = { method: 'PATCH', json: { email: 'new@example.com', currentPassword: password } }
      const edited = (await browser.request('/users/me', edit)).edited()
      assert.equal(edited.tokens, undefined)
      assert.ok(edited.session && edited.session.id !== sessionId)
      for (const client of [bearer, stolen]) (await client.request('/users/me')).problem('session-revoked')
      ;(await stolen.post('/users/refresh')).problem('session-revoked')
      assert.equal((await browser.request('/users/me')).user().email, 'new@example.com')
      ;(await browser.post('/users/refresh')).refreshed()
      assert.equal((await browser.request('/users/me/sessions')).sessions().items.length, 1)
    },
  },
  {
    id: 'account/edit-with-password-bearer',
    title: 'Without cookies such an edit returns new tokens with the account; a refused edit ends nothing',
    async run(app) {
      const client = await registerBearer(app)
      const edit = (json: object) => client.patch('/users/me', json)
      ;(await edit({ phone: '+4915112345678', currentPassword: 'a wrong password' })).problem(
        'wrong-password',
      )
      const quiet = (await edit({ bio: 'still here' })).edited()
      assert.deepEqual([quiet.session, quiet.tokens], [undefined, undefined])
      const { tokens } = (await edit({ phone: '+4915112345678', currentPassword: password })).edited()
      ;(await client.request('/users/me')).problem('session-revoked')
      const json = { refreshToken: tokens?.refreshToken }
      ;(await app.post('/users/refresh', json)).refreshed()
      ;(await withBearer(app, tokens?.accessToken ?? '').request('/users/me')).user()
    },
  },
  {
    id: 'account/delete',
    title:
      'A deleted account disappears immediately, with its cookies; its email is free, and its username after 30 days',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const other = await loginBearer(app)
      const remove = (json: object) => browser.delete('/users/me', json)
      ;(await remove({})).problem('invalid-input')
      ;(await remove({ password: 'a wrong password' })).problem('wrong-password')
      ;(await remove({ password })).done()
      assert.deepEqual(browser.jar.names(), knownDevice)
      ;(await other.request('/users/me')).problem('session-revoked')
      const json = { login: 'anna', password }
      ;(await app.post('/users/login', json)).problem('invalid-credentials')
      const register = (fields: object) =>
        app.post('/users/register', { password, transport: 'bearer', ...fields })
      ;(await register({ username: 'berta', email: 'anna@example.com' })).signIn(201)
      ;(await register({ username: 'anna' })).problem('identifier-taken')
      app.advance(30 * 86_400)
      await app.kith.upkeep.run()
      ;(await register({ username: 'anna' })).signIn(201)
    },
  },
  {
    id: 'account/rename',
    title: 'A username changes only with the password, and the old one is reserved for its owner for 30 days',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const edit = (json: object) => browser.patch('/users/me', json)
      assert.deepEqual((await edit({ username: 'thief' })).invalid(), ['currentPassword required'])
      ;(await edit({ username: 'thief', currentPassword: 'a wrong password' })).problem('wrong-password')
      assert.equal(
        (await edit({ username: 'renamed', currentPassword: password })).edited().username,
        'renamed',
      )
      const json = { username: 'ANNA', password, transport: 'bearer' }
      ;(await app.post('/users/register', json)).problem('identifier-taken')
      assert.equal((await edit({ username: 'anna', currentPassword: password })).edited().username, 'anna')
    },
  },
  {
    id: 'account/rename-limit',
    title: 'After 10 changes of identifiers in a day no more can be tried',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      for (let index = 0; index < 10; index++) {
        const json = { phone: `+4915100000${100 + index}`, currentPassword: password }
        ;(await browser.patch('/users/me', json)).edited()
      }
      const json = { phone: '+4915100000999', currentPassword: password }
      ;(await browser.patch('/users/me', json)).problem('rate-limited')
      ;(await browser.patch('/users/me', { bio: 'still here' })).user()
    },
  },
  {
    // asvs: 6.2.4, 6.2.11
    id: 'account/easy-passwords',
    title: "Common passwords and variations of the user's names are refused everywhere a password is set",
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const easy = [
        'password123',
        'PASSWORD2026!',
        '        ',
        'anna1234',
        'ANNA_anna',
        '4nn4!4nn4',
        'example.2026',
      ]
      for (const newPassword of easy) {
        const json = { username: 'anna_2', email: 'anna@example.com', password: newPassword }
        const registered = await app.post('/users/register', { ...json, transport: 'bearer' })
        const changed = await browser.post('/users/me/password', { currentPassword: password, newPassword })
        for (const [answer, field] of [
          [registered, 'password'],
          [changed, 'newPassword'],
        ] as const) {
          assert.match(answer.invalid().join(), new RegExp(`^${field} too-(?:common|easy)$`), newPassword)
        }
      }
    },
  },
  {
    id: 'account/reserved-names',
    title: 'Usernames that resemble those of the operator are reserved',
    async run(app) {
      for (const username of ['adrnin', 'admin_', '4dmin', 'kith_official', 'kithsupport']) {
        const json = { username, password, transport: 'bearer' }
        assert.deepEqual((await app.post('/users/register', json)).invalid(), ['username reserved'])
      }
    },
  },
  {
    id: 'account/taken',
    title: 'A taken identifier is refused without naming it, in any spelling',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      await registerInBrowser(app, 'berta')
      const register = (json: object) => app.post('/users/register', { password, ...json })
      for (const json of [{ username: 'ANNA' }, { username: 'carla', email: 'Anna@Example.COM' }])
        assert.equal((await register(json)).problem('identifier-taken').errors, undefined)
      const renamed = await browser.patch('/users/me', { username: 'Berta', currentPassword: password })
      assert.equal(renamed.problem('identifier-taken').status, 409)
    },
  },
  {
    id: 'account/taken-revealed',
    title: 'A taken identifier is named if the app reveals it',
    setup: { revealTaken: true },
    async run(app) {
      await registerInBrowser(app)
      const json = { username: 'anna', email: 'anna@example.com', password }
      const taken = (await app.post('/users/register', json)).problem('identifier-taken')
      assert.deepEqual(taken.errors?.map(({ path, code }) => `${path} ${code}`).sort(), [
        'email taken',
        'username taken',
      ])
    },
  },
  {
    id: 'account/register-race',
    title: 'Of 20 concurrent registrations of one name exactly one succeeds',
    async run(app) {
      const answers = await race(20, () => app.post('/users/register', { username: 'anna', password }))
      const statuses = answers.map(({ status }) => status).sort()
      assert.deepEqual(statuses, [201, ...Array<number>(19).fill(409)])
    },
  },
  {
    // asvs: 7.4.2
    id: 'account/ban',
    title: 'A banned account is locked out from the next request on',
    async run(app) {
      const { browser, user } = await registerInBrowser(app)
      const bearer = await loginBearer(app)
      await app.kith.accounts.ban(user.id)
      ;(await browser.request('/users/me')).problem('session-revoked')
      ;(await bearer.request('/users/me')).problem('session-revoked')
      const refreshed = await browser.post('/users/refresh')
      assert.ok(['session-revoked', 'account-banned'].includes((refreshed.json() as { code: string }).code))
      assert.deepEqual(browser.jar.names(), knownDevice)
      const json = { login: 'anna', password }
      ;(await app.post('/users/login', json)).problem('account-banned')
      await app.kith.accounts.unban(user.id)
      ;(await openBrowser(app).post('/users/login', json)).signIn()
    },
  },
]
