import assert from 'node:assert/strict'
import type { Puzzle } from '@kith/core'
import { createProofOfWork } from '@kith/core/challenges'
import { solvePuzzle } from '../../../core/test/solve-puzzle.ts'
import { shapes } from '../../src/shapes.ts'
import type { Answer } from './answer.ts'
import { type Client, race } from './client.ts'
import { openBrowser, password, withBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import type { JourneyApp } from './journey-app.ts'

/** Creates an invitation by an account of the host. */
async function invite(app: JourneyApp, uses: number): Promise<string> {
  const { id } = await app.kith.accounts.import({ username: 'host', passwordHash: null })
  return (await app.kith.invitations.createFor(id, { uses })).code
}

async function join(app: JourneyApp, username: string, invitation: string): Promise<Client> {
  const json = { username, password, invitation, transport: 'bearer' }
  const { tokens } = (await app.post('/users/register', json)).signIn(201)
  return withBearer(app, tokens?.accessToken ?? '')
}

function puzzleIn(answer: Answer): Puzzle {
  const { puzzle } = answer.problem('challenge-required')
  assert.ok(puzzle)
  return puzzle
}

const twice = [{ limit: 2, window: '10m' }] as const

/** Who may register. */
export const signUpJourneys: readonly Journey[] = [
  {
    id: 'sign-up/closed',
    title: 'A closed app returns that error to everyone who registers, and creates no account',
    setup: { accounts: { signUp: 'closed' } },
    async run(app) {
      const json = { username: 'anna', password }
      ;(await app.post('/users/register', json)).problem('sign-up-closed')
      const passkey = await app.post('/users/register/passkey/begin', { username: 'anna' })
      passkey.problem('sign-up-closed')
      ;(await app.post('/users/login', { login: 'anna', password })).problem('invalid-credentials')
    },
  },
  {
    id: 'sign-up/invitation',
    title: 'A member invites; the page shows who invites; the code admits one person, and then no one',
    setup: { accounts: { signUp: 'invite', invitations: { roles: { member: { open: 1, uses: 1 } } } } },
    async run(app) {
      const anna = await join(app, 'anna', await invite(app, 1))
      const missing = await app.post('/users/register', { username: 'berta', password })
      assert.deepEqual(missing.invalid(), ['invitation required'])
      const made = await anna.post('/users/me/invitations', {
        note: 'Berta',
        expiresAt: '2026-01-02T00:00:00Z',
      })
      assert.equal(made.status, 201, made.text)
      const { code, id, state } = shapes.NewInvitation.parse(made.json())
      assert.equal(state, 'open')
      ;(await anna.post('/users/me/invitations', {})).problem('too-many-invitations')
      assert.deepEqual((await anna.post('/users/me/invitations', { uses: 2 })).invalid(), ['uses too-large'])
      const look = async () => await app.post('/users/invitations/look', { invitation: code })
      const { inviter, expiresAt } = shapes.InvitationView.parse((await look()).json())
      assert.deepEqual([inviter?.username, expiresAt], ['anna', '2026-01-02T00:00:00.000Z'])
      const browser = openBrowser(app)
      const json = { username: 'berta', password, invitation: code }
      ;(await browser.post('/users/register', json)).signIn(201)
      ;(await look()).problem('invitation-invalid')
      ;(await app.post('/users/register', { ...json, username: 'clara' })).problem('invitation-invalid')
      const { items } = shapes.InvitationList.parse((await anna.request('/users/me/invitations')).json())
      const seen = items.map(({ invited, ...each }) => [each.id, each.note, each.state, invited[0]?.username])
      assert.deepEqual(seen, [[id, 'Berta', 'used-up', 'berta']])
      ;(await browser.delete(`/users/me/invitations/${id}`)).problem('invitation-not-found')
      ;(await app.request('/users/me/invitations')).problem('unauthenticated')
    },
  },
  {
    id: 'sign-up/invitation-revoked',
    title: 'A revoked invitation admits no one, and accounts that may not invite get that error',
    setup: { accounts: { signUp: 'invite', invitations: { roles: { moderator: { open: 5, uses: 5 } } } } },
    async run(app) {
      const anna = await join(app, 'anna', await invite(app, 1))
      ;(await anna.post('/users/me/invitations', {})).problem('role-required')
      const { id: annaId } = (await anna.request('/users/me')).user()
      await app.kith.accounts.setRole(annaId, 'moderator')
      const { code, id } = shapes.NewInvitation.parse((await anna.post('/users/me/invitations', {})).json())
      for (const _again of [1, 2]) (await anna.delete(`/users/me/invitations/${id}`)).done()
      const json = { username: 'berta', password, invitation: code }
      ;(await app.post('/users/register', json)).problem('invitation-invalid')
    },
  },
  {
    id: 'sign-up/invitation-race',
    title: 'Of 20 concurrent registrations an invitation admits as many as it allows',
    setup: { accounts: { signUp: 'invite' } },
    async run(app) {
      const invitation = await invite(app, 3)
      const answers = await race(20, (index) =>
        app.post('/users/register', { username: `guest${index}`, password, invitation }),
      )
      assert.equal(answers.filter(({ status }) => status === 201).length, 3)
      for (const answer of answers) if (answer.status !== 201) answer.problem('invitation-invalid')
      const { items } = await app.kith.accounts.list({}, { limit: 100 })
      assert.equal(items.length, 4)
    },
  },
  {
    id: 'sign-up/challenge',
    title:
      'After a few registrations, sign-ins and codes a puzzle is required; its solution lets one call through',
    host: 'problems with additional members',
    setup: {
      challenge: createProofOfWork({ tries: 20, rounds: 10 }),
      limits: { unchallengedByAddress: twice, unchallengedByTarget: [] },
    },
    async run(app) {
      const register = (username: string, solution?: string) =>
        app.post('/users/register', { username, password, solution })
      for (const username of ['anna', 'berta']) (await register(username)).signIn(201)
      const puzzle = puzzleIn(await register('clara'))
      assert.equal(puzzle.kind, 'altcha')
      const solution = await solvePuzzle(puzzle)
      ;(await register('clara', 'wrong')).problem('challenge-required')
      ;(await register('clara', solution)).signIn(201)
      ;(await register('dora', solution)).problem('challenge-required')
      const login = (more: object = {}) => app.post('/users/login', { login: 'anna', password, ...more })
      for (const _free of [1, 2]) (await login()).signIn()
      ;(await login({ solution: await solvePuzzle(puzzleIn(await login())) })).signIn()
      const forgot = (more: object = {}) => app.post('/users/password/forgot', { login: 'nobody', ...more })
      for (const _free of [1, 2]) (await forgot()).codeSent()
      ;(await forgot({ solution: await solvePuzzle(puzzleIn(await forgot())) })).codeSent()
    },
  },
  {
    id: 'sign-up/approval',
    title: 'An account waits until it is approved, which is shown only after its password',
    host: 'a problem sets no cookies',
    setup: { accounts: { signUp: 'approval' } },
    async run(app) {
      const browser = openBrowser(app)
      const json = { username: 'anna', email: 'anna@example.com', password }
      ;(await browser.post('/users/register', json)).problem('approval-required')
      const login = async (given = password) =>
        await browser.post('/users/login', { login: 'anna', password: given })
      ;(await login()).problem('approval-required')
      ;(await login('battery staple horse')).problem('invalid-credentials')
      ;(await app.request('/users/anna')).problem('account-not-found')
      assert.deepEqual(browser.jar.names(), [])
      const { items } = await app.kith.approvals.list()
      assert.deepEqual(
        items.map(({ username }) => username),
        ['anna'],
      )
      await app.kith.approvals.approve(items[0]?.id ?? '')
      await app.kith.settled()
      assert.equal(app.mailbox.last('account-approved').to, 'anna@example.com')
      ;(await login()).signIn()
    },
  },
]
