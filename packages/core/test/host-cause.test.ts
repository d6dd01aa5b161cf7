import type { HostCause, Kith } from '@kith/core'
import { expect, test } from 'vitest'
import { adminOf, audited, client, type Audited } from './audit-actions.ts'

type Verb = (kith: Kith, userId: string, cause: HostCause) => Promise<unknown>

/** Every verb of the host that changes an account, and the actions that it writes. */
const verbs: Record<string, [verb: Verb, actions: string[]]> = {
  ban: [({ accounts }, id, cause) => accounts.ban(id, {}, cause), ['account.banned', 'session.revoked']],
  unban: [({ accounts }, id, cause) => accounts.unban(id, cause), ['account.unbanned']],
  setRole: [({ accounts }, id, cause) => accounts.setRole(id, 'editor', cause), ['account.role-changed']],
  setPassword: [
    ({ accounts }, id, cause) => accounts.setPassword(id, 'another horse 99', cause),
    ['account.password-changed', 'session.revoked'],
  ],
  clearPassword: [
    ({ accounts }, id, cause) => accounts.clearPassword(id, cause),
    ['account.password-changed', 'session.revoked'],
  ],
  verifyEmail: [({ accounts }, id, cause) => accounts.verifyEmail(id, undefined, cause), ['account.edited']],
  verifyPhone: [({ accounts }, id, cause) => accounts.verifyPhone(id, undefined, cause), ['account.edited']],
  update: [({ accounts }, id, cause) => accounts.update(id, { username: 'eve' }, cause), ['account.edited']],
  remove: [
    ({ accounts }, id, cause) => accounts.remove(id, { holdUsername: false, ...cause }),
    ['account.deleted', 'session.revoked'],
  ],
  import: [
    ({ accounts }, _id, cause) => accounts.import({ username: 'new', passwordHash: null }, cause),
    ['account.imported'],
  ],
  endAll: [({ sessions }, id, cause) => sessions.endAll(id, cause), ['session.revoked']],
  end: [
    async ({ sessions }, id, cause) => {
      const { items } = await sessions.list(id)
      await sessions.end(id, items[0]?.id ?? '', cause)
    },
    ['session.revoked'],
  ],
}

async function written(made: Audited, act: () => Promise<unknown>) {
  const raised: { name: string; actorId?: string | undefined }[] = []
  const names = new Set(Object.values(verbs).flatMap(([, actions]) => actions)) as Set<'account.banned'>
  for (const name of names)
    made.kith.events.on(name, ({ actorId }) => void raised.push({ name, ...(actorId && { actorId }) }))
  const before = (await made.kith.audit.list(null, { limit: 100 })).items.length
  await act()
  const { items } = await made.kith.audit.list(null, { limit: 100 })
  return { raised, entries: items.slice(0, items.length - before) }
}

for (const [name, [verb, actions]] of Object.entries(verbs)) {
  test(`${name} names the administrator who asked for it, in the audit log and in its events`, async () => {
    const made = await audited()
    const admin = await adminOf(made.kith)
    const { raised, entries } = await written(made, () =>
      verb(made.kith, made.viewer.userId, { by: admin, client }),
    )
    expect(entries.map(({ action }) => action).sort()).toEqual(actions)
    for (const entry of entries) {
      const actor = { kind: 'admin', userId: admin.userId, sessionId: admin.sessionId }
      expect(entry).toMatchObject({ actor, ...client })
    }
    const each = actions.map((action) => ({ name: action, actorId: admin.userId }))
    expect(raised.sort((a, b) => (a.name < b.name ? -1 : 1))).toEqual(each)
  })

  test(`${name} is attributed to the host without a named administrator`, async () => {
    const made = await audited()
    const { raised, entries } = await written(made, () => verb(made.kith, made.viewer.userId, {}))
    for (const { actor } of entries) expect(actor).toEqual({ kind: 'host', sessionId: null })
    expect(raised.every(({ actorId }) => actorId === undefined)).toBe(true)
    expect(entries).toHaveLength(actions.length)
  })
}
