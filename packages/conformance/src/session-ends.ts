import assert from 'node:assert/strict'
import { createKith, isKithError, type Kith, type SignIn } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { cheapPasswords } from './cheap-passwords.ts'
import { race, repeat } from './race.ts'
import { nextId } from './records.ts'

const [oldPassword, newPassword] = ['correct horse', 'battery staple']

/** What users and sessions promise together: no session outlives the step that ends all of its account. */
export const sessionEndCases: readonly Case<Storage>[] = [
  {
    id: 'session-ends/stored-in-one-step',
    title: 'all have ended once the step that ends them is stored, even if the process dies right after it',
    async run(storage) {
      for (const [name, end] of Object.entries(ends)) {
        const old = await register(kithOver(storage))
        const dying = kithOver({ ...storage, sessions: deadAfterwards(storage) })
        const viewer = { userId: old.user.id, sessionId: old.session.id }
        await assert.rejects(end(dying, viewer), name)
        await assertOver(kithOver(storage), old, name)
        if (name === 'ban') await kithOver(storage).accounts.unban(old.user.id)
        await assertOver(kithOver(storage), old, `${name}, later`)
        const listed = await kithOver(storage).sessions.list(old.user.id)
        assert.deepEqual(listed.items, [], `${name}: a session that is over is not listed`)
        const login = old.user.username ?? ''
        const password = name === 'password' ? newPassword : oldPassword
        await kithOver(storage).sessions.login({ login, password })
      }
    },
  },
  {
    id: 'session-ends/beside-new-password',
    title: 'of 20 parallel refreshes and sign-ins during a password change none outlives it',
    async run(storage) {
      await repeat(3, async (round) => {
        const kith = kithOver(storage)
        const first = await register(kith)
        const viewer = { userId: first.user.id, sessionId: first.session.id }
        const change = { currentPassword: oldPassword, newPassword }
        const login = { login: first.user.username ?? '', password: oldPassword }
        const phones = [await kith.sessions.login(login), await kith.sessions.login(login)]
        const refresh = [first, ...phones].map(({ tokens }) => tokens.refreshToken)
        let kept: SignIn | undefined
        const others = await race(20, async (index): Promise<Pick<SignIn, 'tokens'> | null> => {
          // Each in a separate process, so that they share only the storage.
          const process = kithOver(storage)
          if (index === round * 7) {
            kept = await process.accounts.changePassword(viewer, change)
            return null
          }
          const call =
            index % 2 ? process.sessions.login(login) : process.sessions.refresh(refresh[index % 3] ?? '')
          return await call.catch(endedMeanwhile)
        })
        for (const signIn of [first, ...phones, ...others]) {
          if (signIn) await assertOver(kithOver(storage), signIn, `round ${round}`)
        }
        assert.ok(kept)
        const after = kithOver(storage)
        await after.sessions.authenticate(kept.tokens.accessToken)
        await after.sessions.refresh(kept.tokens.refreshToken)
        const { items } = await after.sessions.list(first.user.id)
        assert.deepEqual(
          items.map(({ id }) => id),
          [kept.session.id],
        )
      })
    },
  },
]

type End = (kith: Kith, viewer: { userId: string; sessionId: string }) => Promise<unknown>

const ends: Readonly<Record<string, End>> = {
  password: (kith, viewer) =>
    kith.accounts.changePassword(viewer, { currentPassword: oldPassword, newPassword }),
  edit: (kith, viewer) =>
    kith.accounts.edit(viewer, { email: `${viewer.userId}@example.com`, currentPassword: oldPassword }),
  ban: (kith, { userId }) => kith.accounts.ban(userId),
  everywhere: (kith, viewer) => kith.sessions.logoutEverywhere(viewer),
  host: (kith, { userId }) => kith.sessions.endAll(userId),
}

/** All limits are lifted, as far as these calls come close to one. */
function kithOver(storage: Storage): Kith {
  return createKith({
    secret: 'the secret of the cases of session ends',
    storage,
    passwords: cheapPasswords,
    limits: { passwordByAccount: [], passwordByClient: [] },
    logger: { warn() {}, error() {} },
  })
}

async function register(kith: Kith): Promise<SignIn> {
  return await kith.accounts.register({ username: `u${nextId().slice(-12)}`, password: oldPassword })
}

/** The sessions of a process that dies when it is about to end them. */
function deadAfterwards({ sessions }: Storage): Storage['sessions'] {
  const die = (): Promise<never> => Promise.reject(new Error('the process has died'))
  return { ...sessions, list: die, open: die, revoke: die, revokeAll: die }
}

async function assertOver(
  { sessions }: Kith,
  { tokens }: Pick<SignIn, 'tokens'>,
  where: string,
): Promise<void> {
  await assert.rejects(sessions.authenticate(tokens.accessToken), { code: 'session-revoked' }, where)
  await assert.rejects(
    sessions.refresh(tokens.refreshToken),
    (error) => isKithError(error) && ['session-revoked', 'account-banned'].includes(error.code),
    where,
  )
}

function endedMeanwhile(error: unknown): null {
  if (isKithError(error) && ['session-revoked', 'invalid-credentials'].includes(error.code)) return null
  throw error
}
