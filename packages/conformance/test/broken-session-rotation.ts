import { setImmediate as gap } from 'node:timers/promises'
import type { SessionRecord, SessionStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { later } from '../src/records.ts'

/** Flaws in `open`, `byId` and `rotate`. */
export const rotationFlaws: readonly Broken<SessionStore>[] = [
  {
    flaw: 'turns null into empty text',
    breaking: ({ open }) => ({
      open: (session, maxLive) => open({ ...session, deviceName: session.deviceName ?? '' }, maxLive),
    }),
    fails: ['sessions/open'],
  },
  {
    flaw: 'opens a session again under an id that is in use',
    breaking: (store) => {
      const reopened = new Map<string, SessionRecord>()
      return {
        open: async (session, maxLive) =>
          store.open(session, maxLive).catch(() => {
            reopened.set(session.id, session)
            return []
          }),
        byId: async (id) => reopened.get(id) ?? store.byId(id),
      }
    },
    fails: ['sessions/id-in-use'],
  },
  {
    flaw: 'keeps the very dates of a rotation',
    breaking: ({ rotate, byId }) => {
      const ends = new Map<string, Date>()
      return {
        async rotate(rotation) {
          const answer = await rotate(rotation)
          if (answer.rotated) ends.set(rotation.id, rotation.expiresAt)
          return answer
        },
        async byId(id) {
          const session = await byId(id)
          const end = ends.get(id)
          return session && end ? { ...session, expiresAt: end } : session
        },
      }
    },
    fails: ['sessions/rotate-copies'],
  },
  {
    flaw: 'cuts text at 255 characters',
    breaking: ({ open }) => ({
      open: (session, maxLive) =>
        open({ ...session, userAgent: session.userAgent?.slice(0, 255) ?? null }, maxLive),
    }),
    fails: ['sessions/texts'],
  },
  {
    flaw: 'keeps dates in seconds',
    breaking: ({ open }) => ({
      open: (session, maxLive) =>
        open({ ...session, createdAt: new Date(Math.floor(+session.createdAt / 1000) * 1000) }, maxLive),
    }),
    fails: ['sessions/dates'],
  },
  {
    flaw: 'answers undefined for a session it does not have',
    breaking: ({ rotate }) => ({
      async rotate(rotation) {
        const answer = await rotate(rotation)
        return answer.session ? answer : ({ rotated: false, session: undefined } as never)
      },
    }),
    fails: ['sessions/unknown'],
  },
  {
    flaw: 'hides expired sessions',
    breaking: ({ byId }) => ({
      async byId(id) {
        const session = await byId(id)
        return session && session.expiresAt > later() ? session : null
      },
    }),
    fails: ['sessions/by-id-ended'],
  },
  {
    flaw: 'keeps only the address of the first rotation',
    breaking: ({ rotate }) => ({
      rotate: (rotation) => rotate(rotation.generation > 0 ? { ...rotation, address: null } : rotation),
    }),
    fails: ['sessions/rotate'],
  },
  {
    flaw: 'forgets the address when a rotation brings none',
    breaking: ({ rotate }) => ({
      rotate: (rotation) => rotate({ ...rotation, address: rotation.address ?? '' }),
    }),
    fails: ['sessions/rotate-keeps-client'],
  },
  {
    flaw: 'shows the user agent of the sign-in for ever',
    breaking: ({ rotate }) => ({ rotate: (rotation) => rotate({ ...rotation, userAgent: null }) }),
    fails: ['sessions/rotate'],
  },
  {
    flaw: 'lets a newer generation through',
    breaking: ({ byId, rotate }) => ({
      async rotate(rotation) {
        const { generation = 0 } = (await byId(rotation.id)) ?? {}
        return rotate({ ...rotation, generation: Math.min(rotation.generation, generation) })
      },
    }),
    fails: ['sessions/rotate-other-generation'],
  },
  {
    flaw: 'does not compare generations at all',
    breaking: ({ rotate }) => ({
      async rotate(rotation) {
        let answer = await rotate(rotation)
        for (let tries = 0; tries < 100 && !answer.rotated && answer.session; tries++) {
          answer = await rotate({ ...rotation, generation: answer.session.generation })
        }
        return answer
      },
    }),
    fails: ['sessions/rotate-other-generation', 'sessions/parallel-rotations', 'sessions/answer-is-copy'],
  },
  {
    flaw: 'rotates at the very millisecond of expiry',
    breaking: ({ byId, rotate }) => ({
      async rotate(rotation) {
        const session = await byId(rotation.id)
        const atEnd = Number(session?.expiresAt) === Number(rotation.now)
        return rotate(atEnd ? { ...rotation, now: new Date(Number(rotation.now) - 1) } : rotation)
      },
    }),
    fails: ['sessions/rotate-until-expiry'],
  },
  {
    flaw: 'compares the generation first and writes it later',
    breaking: ({ byId, rotate }) => ({
      async rotate(rotation) {
        const before = await byId(rotation.id)
        await gap()
        if (before?.generation !== rotation.generation) return rotate(rotation)
        const { generation = 0 } = (await byId(rotation.id)) ?? {}
        return rotate({ ...rotation, generation })
      },
    }),
    fails: ['sessions/parallel-rotations'],
  },
  {
    flaw: 'answers the losers of a rotation with the row from before it',
    breaking: ({ byId, rotate }) => ({
      async rotate(rotation) {
        const before = await byId(rotation.id)
        await gap()
        const answer = await rotate(rotation)
        return answer.rotated ? answer : { rotated: false, session: before }
      },
    }),
    fails: ['sessions/parallel-rotations'],
  },
  {
    flaw: 'keeps the object it was given',
    breaking({ open, byId }) {
      const given = new Map<string, SessionRecord>()
      return {
        open(session, maxLive) {
          given.set(session.id, session)
          return open(session, maxLive)
        },
        async byId(id) {
          const session = await byId(id)
          return session && { ...session, deviceName: given.get(id)?.deviceName ?? null }
        },
      }
    },
    fails: ['sessions/open-copies'],
  },
  {
    flaw: 'lists the objects it keeps',
    breaking({ byId, list }) {
      const listed = new Map<string, SessionRecord>()
      return {
        async list(userId, now, keyset) {
          const sessions = await list(userId, now, keyset)
          for (const session of sessions) listed.set(session.id, session)
          return sessions
        },
        async byId(id) {
          const session = await byId(id)
          return session && { ...session, deviceName: (listed.get(id) ?? session).deviceName }
        },
      }
    },
    fails: ['sessions/answer-is-copy'],
  },
]
