import assert from 'node:assert/strict'
import type { UserStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { later, sampleUser } from '../records.ts'
import { storedFieldCases } from '../stored-fields.ts'

/** What accounts promise about the app's own fields. */
export const ownFieldCases: readonly Case<UserStore>[] = [
  ...storedFieldCases<UserStore>({
    name: 'users',
    async create(users, fields) {
      const user = sampleUser({ fields })
      await users.create(user)
      return user
    },
    async change(users, id, { fields, text }) {
      const changes = { ...(fields && { fields }), ...(text !== undefined && { bio: text }) }
      const answer = await users.update(id, changes)
      assert.ok(answer.outcome === 'updated')
      return answer.user.fields
    },
    async read(users, id) {
      const user = await users.byId(id)
      assert.ok(user)
      return { fields: user.fields, text: user.bio }
    },
  }),
  {
    id: 'users/fields-all-or-none',
    title: "the app's own fields change with everything else of an update, or not at all",
    async run(users) {
      const [user, other] = [sampleUser(), sampleUser()]
      for (const each of [user, other]) await users.create(each)
      const fields = { pronouns: 'she/her' }
      for (const refused of [
        { username: other.username },
        { email: other.email },
        { username: null, email: null },
      ]) {
        assert.notEqual((await users.update(user.id, { ...refused, fields })).outcome, 'updated')
        assert.deepEqual(await users.byId(user.id), user)
      }
      const changes = { username: 'with-fields', bannedAt: later(1) }
      const expected = { ...user, ...changes, fields: { ...user.fields, ...fields } }
      const hold = { now: later(), until: later(1000) }
      const answer = await users.update(user.id, { ...changes, fields }, hold)
      assert.deepEqual(answer, { outcome: 'updated', user: expected })
      assert.deepEqual(await users.byLogin({ username: 'with-fields' }), expected)
      assert.equal((await users.update(other.id, { username: user.username }, hold)).outcome, 'taken')
    },
  },
]
