import { setImmediate as gap } from 'node:timers/promises'
import type { Identifier, UserRecord, UserStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { sampleUser } from '../src/records.ts'

/** Flaws in `create` and the look-ups. */
export const creationFlaws: readonly Broken<UserStore>[] = [
  {
    flaw: 'takes an account with an id in use for created',
    breaking: ({ create }) => ({
      create: (user) => create(user).catch(() => ({ outcome: 'created' })),
    }),
    fails: ['users/id-in-use'],
  },
  {
    flaw: 'forgets a field at creation',
    breaking: ({ create }) => ({ create: (user) => create({ ...user, bannedAt: null }) }),
    fails: ['users/create'],
  },
  {
    flaw: 'turns null into a date',
    breaking: ({ create }) => ({
      create: (user) => create({ ...user, phoneVerifiedAt: user.phoneVerifiedAt ?? new Date(0) }),
    }),
    fails: ['users/nulls'],
  },
  {
    flaw: 'cuts text at 255 characters',
    breaking: ({ create }) => ({ create: (user) => create({ ...user, bio: user.bio.slice(0, 255) }) }),
    fails: ['users/texts'],
  },
  {
    flaw: 'knows only the basic plane of Unicode',
    breaking: ({ create }) => ({
      create: (user) => create({ ...user, name: user.name.replace(/[\u{10000}-\u{10ffff}]/gu, '?') }),
    }),
    fails: ['users/texts'],
  },
  {
    flaw: 'keeps dates in seconds',
    breaking: ({ create }) => ({
      create: (user) => create({ ...user, createdAt: new Date(Math.floor(+user.createdAt / 1000) * 1000) }),
    }),
    fails: ['users/dates'],
  },
  {
    flaw: 'takes an account without e-mail for an unknown e-mail',
    breaking({ create, byLogin }) {
      let anonymous: UserRecord | null = null
      return {
        create(user) {
          if (user.email === null) anonymous = user
          return create(user)
        },
        byLogin: async (login) => (await byLogin(login)) ?? anonymous,
      }
    },
    fails: ['users/unknown'],
  },
  {
    flaw: 'leaves the hash out of a look-up by login',
    breaking: ({ byLogin }) => ({
      async byLogin(login) {
        const user = await byLogin(login)
        return user && { ...user, passwordHash: null }
      },
    }),
    fails: ['users/by-login'],
  },
  {
    flaw: 'looks a login up in both identifiers',
    breaking: ({ byLogin }) => ({
      async byLogin(login) {
        const name = 'email' in login ? login.email : login.username
        return (await byLogin({ email: name })) ?? byLogin({ username: name })
      },
    }),
    fails: ['users/by-login-kind-bound'],
  },
  {
    flaw: 'folds the letter case of a login',
    breaking: ({ byLogin }) => ({
      byLogin: (login) => byLogin('username' in login ? { username: login.username.toLowerCase() } : login),
    }),
    fails: ['users/identifiers-byte-exact'],
  },
  {
    flaw: 'lets two accounts without identifiers collide',
    breaking({ create }) {
      let seen = false
      return {
        async create(user) {
          const bare = user.username === null && user.email === null && user.phone === null
          if (bare && seen) return { outcome: 'taken', taken: ['username'] }
          seen ||= bare
          return create(user)
        },
      }
    },
    fails: ['users/no-identifier'],
  },
  {
    flaw: 'names only the first identifier that is taken',
    breaking: ({ create }) => ({
      async create(user) {
        const answer = await create(user)
        return answer.outcome === 'taken' ? { ...answer, taken: answer.taken.slice(0, 1) } : answer
      },
    }),
    fails: ['users/taken-named'],
  },
  {
    flaw: 'saves an account without the identifier that is taken',
    breaking: ({ create }) => ({
      async create(user) {
        const answer = await create(user)
        const partly = answer.outcome === 'taken' && answer.taken.includes('phone') && user.email !== null
        if (partly) await create({ ...user, username: null, phone: null })
        return answer
      },
    }),
    fails: ['users/taken-saves-nothing'],
  },
  ...(['username', 'email', 'phone'] as const).map(checkThenInsert),
  {
    flaw: 'keeps the e-mail reserved when the username turns out to be taken',
    breaking({ create }) {
      let queue: Promise<unknown> = Promise.resolve()
      return {
        create(user) {
          const answer = queue.then(async () => {
            const result = await create(user)
            const lost = result.outcome === 'taken' && result.taken.includes('username')
            if (lost) await create(sampleUser({ email: user.email, username: null, phone: null }))
            return result
          })
          queue = answer
          return answer
        },
      }
    },
    fails: ['users/parallel-creates-overlapping'],
  },
  {
    flaw: 'keeps the object it was given',
    breaking({ create, byId }) {
      const given = new Map<string, UserRecord>()
      return {
        create(user) {
          given.set(user.id, user)
          return create(user)
        },
        async byId(id) {
          const user = await byId(id)
          return user && { ...user, createdAt: new Date(given.get(id)?.createdAt ?? user.createdAt) }
        },
      }
    },
    fails: ['users/create-copies'],
  },
  {
    flaw: 'answers the object it keeps',
    breaking({ byId, byLogin }) {
      const answered = new Map<string, UserRecord>()
      return {
        async byLogin(login) {
          const user = await byLogin(login)
          if (user) answered.set(user.id, user)
          return user
        },
        async byId(id) {
          const user = await byId(id)
          return user && { ...user, createdAt: answered.get(id)?.createdAt ?? user.createdAt }
        },
      }
    },
    fails: ['users/answer-is-copy'],
  },
]

/** Looks whether the identifier is free, then inserts without looking again. */
function checkThenInsert(name: Identifier): Broken<UserStore> {
  return {
    flaw: `checks the ${name} first and inserts later`,
    breaking({ create }) {
      const inserted = new Set<string | null>()
      return {
        async create(user) {
          const others = [user.username, user.email, user.phone].filter((value) => value !== null).length > 1
          const free = !others && user[name] !== null && !inserted.has(user[name])
          await gap()
          inserted.add(user[name])
          const answer = await create(user)
          return free ? { outcome: 'created' } : answer
        },
      }
    },
    fails: [`users/parallel-creates-one-${name}`],
  }
}
