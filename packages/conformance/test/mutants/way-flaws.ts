import { setImmediate as gap } from 'node:timers/promises'
import type { Challenge, OutboxRow, OutboxRows, Storage } from '@kith/core/ports'
import type { ChallengeHost, IdentityHost } from '../../src/index.ts'
import type { Flaw } from './run-mutants.ts'

/** Mistakes with codes, credentials and the queue of messages that no mutator makes: most look first, and act later. */
export const wayFlaws: readonly Flaw<Storage>[] = [
  {
    flaw: 'forgets the code before when it issues another',
    fails: ['codes/issue-keeps-fewer-tries', 'codes/issue-exhausted', 'codes/issue-wrong-race'],
    breaking: ({ codes }) => ({
      codes: {
        ...codes,
        async issue(code, outbox) {
          await codes.issue({ ...code, createdAt: new Date(8e15), expiresAt: new Date(0) })
          await codes.issue(code, outbox)
        },
      },
    }),
  },
  {
    flaw: 'looks at a code before it consumes it',
    fails: ['codes/parallel-consumers', 'codes/parallel-wrong-tries', 'codes/parallel-rows'],
    breaking: ({ codes }) => ({
      codes: {
        ...codes,
        async consume(attempt, outbox) {
          const code = await codes.find(attempt)
          await gap()
          const answer = await codes.consume(attempt, outbox)
          if (!code) return answer
          return code.hashes.includes(attempt.hash) ? { outcome: 'consumed', code } : { outcome: 'wrong' }
        },
      },
    }),
  },
  {
    flaw: 'counts credentials before it adds one',
    fails: 'credentials/parallel-adds-at-most',
    breaking: ({ credentials }) => ({
      credentials: {
        ...credentials,
        async add(credential, atMost, outbox) {
          const all = await credentials.byUser(credential.userId)
          await gap()
          const isFull = all.filter(({ kind }) => kind === credential.kind).length >= atMost
          return await credentials.add(credential, isFull ? 0 : 1e6, outbox)
        },
      },
    }),
  },
  {
    flaw: 'guards what opens nothing as a last way in',
    fails: 'credentials/last-way-in',
    breaking: ({ credentials }) => ({
      credentials: {
        ...credentials,
        async remove(credential, waysIn, outbox) {
          const own = (await credentials.byUser(credential.userId)).find(({ id }) => id === credential.id)
          const kinds = [...waysIn.kinds, ...(own ? [own.kind] : [])]
          return await credentials.remove(credential, { ...waysIn, kinds }, outbox)
        },
      },
    }),
  },
  {
    flaw: 'lets an account in that somebody else has just let in or refused',
    fails: 'users/parallel-approvals',
    breaking: ({ users }) => ({
      users: {
        ...users,
        async update(id, { expected, ...changes }, ...rest) {
          const user = await users.byId(id)
          await gap()
          const { waitingSince, ...others } = expected ?? {}
          const isAsExpected =
            waitingSince === undefined || user?.waitingSince?.getTime() === waitingSince?.getTime()
          if (user && !isAsExpected) return { outcome: 'differs' }
          return await users.update(id, { ...changes, ...(expected && { expected: others }) }, ...rest)
        },
      },
    }),
  },
  {
    flaw: 'looks for another way in before it removes one',
    fails: 'credentials/parallel-last-two',
    breaking: ({ credentials }) => ({
      credentials: {
        ...credentials,
        async remove({ id, userId }, waysIn, outbox) {
          const all = await credentials.byUser(userId)
          await gap()
          const own = all.find((each) => each.id === id)
          const others = all.filter((each) => each !== own)
          const isLeft = others.some(({ kind }) => kind !== own?.kind && waysIn.kinds.includes(kind))
          if (!own || !isLeft) return await credentials.remove({ id, userId }, waysIn, outbox)
          const removed = await credentials.removeOf(userId, [own.kind], outbox && (() => outbox()))
          return removed.length > 0 ? 'removed' : 'gone'
        },
      },
    }),
  },
  {
    flaw: 'keeps messages and events in one queue',
    fails: 'queues/apart',
    breaking({ users, outbox }) {
      const asEvents = (rows: OutboxRows | undefined) => (): OutboxRow[] =>
        (rows?.() ?? []).map((row) => ({ ...row, queue: 'events' }))
      return {
        users: {
          ...users,
          update: (id, changes, ...[hold, rows]) => users.update(id, changes, hold, asEvents(rows)),
        },
        messages: outbox,
      }
    },
  },
]

export const challengeFlaws: readonly Flaw<ChallengeHost>[] = [
  {
    flaw: 'has no kind',
    fails: 'challenges/described',
    breaking: ({ challenge }) => ({ challenge: { ...challenge, kind: '' } }),
  },
  {
    flaw: 'checks nothing but what it has posed itself',
    fails: 'challenges/other-process',
    breaking({ other }) {
      const posed = new Set<string>()
      const remembering: Challenge = {
        ...other,
        async pose(given) {
          posed.add(given.id)
          return await other.pose(given)
        },
        async check(answer, given) {
          const solved = await other.check(answer, given)
          return solved && posed.has(solved.id ?? '') ? solved : null
        },
      }
      return { other: remembering }
    },
  },
]

export const identityFlaws: readonly Flaw<IdentityHost>[] = [
  {
    flaw: 'has no title',
    fails: 'identities/described',
    breaking: ({ provider }) => ({ provider: { ...provider, title: '' } }),
  },
  {
    flaw: 'believes the issuer that the browser names',
    fails: 'identities/own-issuer',
    breaking: ({ provider }) => ({
      provider: {
        ...provider,
        identify(answer, checks) {
          answer.delete('iss')
          return provider.identify(answer, checks)
        },
      },
    }),
  },
]
