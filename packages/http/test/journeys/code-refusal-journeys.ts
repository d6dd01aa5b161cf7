import assert from 'node:assert/strict'
import type { CodeInput } from '@kith/core'
import type { Answer } from './answer.ts'
import { race } from './client.ts'
import { type Browser, openBrowser, password, withBearer } from './clients.ts'
import { askForCode, email, messageOf, registration, wrong } from './code-steps.ts'
import type { Journey } from './journey.ts'
import { allowedOrigin, type JourneyApp } from './journey-app.ts'

/** A flow that does not exist. */
const nobodys: CodeInput = { flow: '01998a3c-5f00-7a1b-8c2d-3e4f5a6b7c8d', code: '123456' }

const newPassword = 'battery staple'

/** Every call that sends or accepts a code without a sign-in. */
const publicCalls: readonly (readonly [path: string, json: object])[] = [
  ['/users/register', registration],
  ['/users/register/confirm', nobodys],
  ['/users/password/forgot', { login: email }],
  ['/users/password/reset', { ...nobodys, password: newPassword }],
  ['/users/login/code', { login: email }],
  ['/users/login/code/confirm', nobodys],
  ['/codes/resend', { purpose: 'sign-in', flow: nobodys.flow }],
  ['/users/addresses/confirm', nobodys],
  ['/users/addresses/revert', nobodys],
]

/** The parts of a response that do not differ between any two calls. */
function traceOf({ status, headers, text }: Answer): object {
  const body = JSON.parse(text) as Record<string, unknown>
  const lengths = Object.entries(body).map(([name, value]) => [name, String(value).length])
  const kept = [...headers].filter(([name]) => !['date', 'x-request-id'].includes(name))
  return { status, headers: kept.sort(), lengths }
}

/** An account with a confirmed email. */
async function openAccount(app: JourneyApp): Promise<void> {
  const { id } = await app.kith.accounts.import({ username: 'anna', email, passwordHash: null })
  await app.kith.accounts.verifyEmail(id)
}

/** When codes are refused, and what strangers can find out. */
export const codeRefusalJourneys: readonly Journey[] = [
  {
    id: 'code/same-answers',
    title: 'Responses are the same whether an account exists or not, and only its owner gets a message',
    setup: { confirm: true },
    async run(app) {
      await openAccount(app)
      const asked = async (path: string, json: (who: string) => object): Promise<void> => {
        const [known, unknown] = [
          await openBrowser(app).post(path, json(email)),
          await openBrowser(app).post(path, json('berta@example.com')),
        ]
        const flow = known.codeSent().flow
        assert.deepEqual(traceOf(known), traceOf(unknown), path)
        // For each a code was sent, or would have been: a wrong one is refused in the same way.
        const tried = await Promise.all(
          [flow, unknown.codeSent().flow].map((each) =>
            app.post('/users/register/confirm', { flow: each, code: '12345x' }),
          ),
        )
        assert.deepEqual(...(tried.map(traceOf) as [object, object]), path)
      }
      await asked('/users/register', (who) => ({ ...registration, username: 'carla', email: who }))
      await asked('/users/password/forgot', (login) => ({ login }))
      await asked('/users/login/code', (login) => ({ login }))
      await asked('/codes/resend', () => ({ purpose: 'sign-in', flow: nobodys.flow }))
      await app.kith.settled()
      const sent = app.mailbox.messages.map(({ kind, to }) => `${kind} ${to}`).sort()
      assert.deepEqual(sent, [
        'password-reset anna@example.com',
        'registration-code berta@example.com',
        'registration-known anna@example.com',
        'sign-in-code anna@example.com',
      ])
    },
  },
  {
    id: 'code/wrong-codes',
    title: 'Five wrong codes use up a flow; a resent code replaces the one before and adds no tries',
    async run(app) {
      await openAccount(app)
      const login = (json: object) => app.post('/users/login/code/confirm', { ...json, transport: 'bearer' })
      const path = '/users/login/code'
      const first = await askForCode(app, app, { path, json: { login: 'anna' }, kind: 'sign-in-code' })
      for (let tried = 0; tried < 3; tried++)
        (await login({ flow: first.flow, code: wrong(first.code) })).problem('code-invalid')
      const { flow } = (await app.post('/codes/resend', { purpose: 'sign-in', flow: first.flow })).codeSent()
      assert.equal(flow, first.flow)
      const { code } = (await messageOf(app, 'sign-in-code')).content
      for (const bad of [code === first.code ? wrong(code) : first.code, wrong(code), code])
        (await login({ flow, code: bad })).problem('code-invalid')
      const next = await askForCode(app, app, { path, json: { login: 'anna' }, kind: 'sign-in-code' })
      // A code is valid only for its purpose.
      const reset = { ...next, password: newPassword }
      ;(await app.post('/users/password/reset', reset)).problem('code-invalid')
      ;(await login(next)).signIn()
    },
  },
  {
    id: 'code/unknown-fields',
    title: 'Unknown and missing fields are reported together',
    setup: { confirm: true },
    async run(app) {
      const browser = await signUp(app)
      for (const [path, json] of publicCalls) {
        const unknown = await app.post(path, { ...json, extra: 1 })
        assert.ok(unknown.invalid().includes('extra unknown-field'), path)
        assert.ok((await app.post(path, {})).invalid().length > 0, path)
      }
      for (const path of ['/users/me/addresses', '/users/me/addresses/verify', '/users/me/prove/code'])
        assert.ok((await browser.post(path, { extra: 1 })).invalid().length > 1, path)
      const both = { login: 'anna', phone: '+4930123456' }
      assert.deepEqual((await app.post('/users/password/forgot', both)).invalid(), ['login required'])
      const purpose = { purpose: 'revert-address', flow: nobodys.flow }
      assert.deepEqual((await app.post('/codes/resend', purpose)).invalid(), ['purpose malformed'])
    },
  },
  {
    id: 'code/origins',
    title: 'No page of another origin can send or use codes, with cookies or without',
    host: 'the host passes on the headers',
    setup: { confirm: true },
    async run(app) {
      const browser = await signUp(app)
      await app.kith.settled()
      const { length } = app.mailbox.messages
      const cookie = browser.jar.header()
      const own: typeof publicCalls = [
        ['/users/me/addresses', { email: 'eve@example.com', currentPassword: password }],
        ['/users/me/addresses/verify', { kind: 'email' }],
        ['/users/me/prove/code', { kind: 'email' }],
        ['/users/me/prove', nobodys],
      ]
      const evil = { origin: 'https://evil.example' }
      for (const [path, json] of [...publicCalls, ...own])
        for (const headers of [{ ...evil, cookie }, { cookie }])
          (await app.request(path, { method: 'POST', json, headers })).problem('origin-not-allowed')
      for (const [path, json] of publicCalls)
        (await app.request(path, { method: 'POST', json, headers: evil })).problem('origin-not-allowed')
      await app.kith.settled()
      assert.equal(app.mailbox.messages.length, length)
      const allowed = { method: 'POST', json: { login: email }, headers: { origin: allowedOrigin } }
      ;(await app.request('/users/password/forgot', allowed)).codeSent()
    },
  },
  {
    // asvs: 6.5.1
    id: 'code/once',
    title:
      'Of 20 concurrent calls with one code one succeeds: a registration, a sign-in, a new password, a proof',
    setup: { confirm: true },
    async run(app) {
      const calls = [
        ['/users/register', registration, 'registration-code', '/users/register/confirm', {}],
        ['/users/login/code', { login: email }, 'sign-in-code', '/users/login/code/confirm', {}],
        [
          '/users/password/forgot',
          { login: email },
          'password-reset',
          '/users/password/reset',
          { password: newPassword },
        ],
      ] as const
      for (const [path, json, kind, confirm, more] of calls) {
        const code = await askForCode(app, app, { path, json, kind })
        const answers = await race(20, () => app.post(confirm, { ...code, ...more }))
        const lost = answers.filter(({ status }) => status >= 400)
        assert.equal(lost.length, 19, path)
        for (const answer of lost) answer.problem('code-invalid')
        app.advance(60)
      }
      app.advance(600)
      const login = await app.post('/users/login', {
        login: email,
        password: newPassword,
        transport: 'bearer',
      })
      const client = withBearer(app, login.signIn().tokens?.accessToken ?? '')
      const proof = await askForCode(app, client, {
        path: '/users/me/prove/code',
        json: { kind: 'email' },
        kind: 'proof-code',
      })
      const proofs = await race(20, () => client.post('/users/me/prove', proof))
      assert.equal(proofs.filter(({ status }) => status === 200).length, 1)
    },
  },
  {
    id: 'code/limits',
    title:
      'Four messages in ten minutes for one recipient, whether the account exists or not; then a time to wait',
    async run(app) {
      await openAccount(app)
      for (const login of [email, 'nobody']) {
        for (let asked = 0; asked < 4; asked++)
          (await app.post('/users/password/forgot', { login })).codeSent()
        const refused = await app.post('/users/password/forgot', { login })
        refused.problem('rate-limited')
        assert.ok(Number(refused.headers.get('retry-after')) > 0)
      }
    },
  },
  {
    id: 'code/squatter',
    title: 'Registering the email of someone else gains nothing and does not block its owner',
    setup: { confirm: true },
    async run(app) {
      const path = '/users/register'
      const kind = 'registration-code'
      const squatted = { ...registration, username: 'eve', password: 'of the squatter' }
      const theirs = await askForCode(app, app, { path, json: squatted, kind })
      const own = await askForCode(app, app, { path, json: registration, kind })
      // The mailbox has both codes: each works only in its own flow.
      if (theirs.code !== own.code) {
        const mixed = await app.post('/users/register/confirm', { flow: own.flow, code: theirs.code })
        mixed.problem('code-invalid')
      }
      const answer = await app.post('/users/register/confirm', { ...own, transport: 'bearer' })
      const { tokens } = answer.signIn(201)
      ;(await app.post('/users/register/confirm', theirs)).problem('identifier-taken')
      ;(await app.post('/users/login', { login: email, password: squatted.password })).problem(
        'invalid-credentials',
      )
      const client = withBearer(app, tokens?.accessToken ?? '')
      assert.equal((await client.request('/users/me')).user().username, 'anna')
    },
  },
]

/** Registers with a code. */
async function signUp(app: JourneyApp): Promise<Browser> {
  const browser = openBrowser(app)
  const code = await askForCode(app, browser, {
    path: '/users/register',
    json: registration,
    kind: 'registration-code',
  })
  ;(await browser.post('/users/register/confirm', code)).signIn(201)
  return browser
}
