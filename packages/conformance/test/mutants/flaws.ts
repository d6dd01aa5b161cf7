import type { RateLimits, Storage } from '@kith/core/ports'

/** A mistake that no mutator makes, and the case that it fails. */
interface Flaw<Port> {
  flaw: string
  fails: string
  breaking: (sound: Port) => Partial<Port>
}

export const storageFlaws: readonly Flaw<Storage>[] = [
  {
    flaw: 'takes a username for an e-mail',
    fails: 'users/by-login-kind-bound',
    breaking: ({ users }) => ({
      users: {
        ...users,
        byLogin: async (login) =>
          (await users.byLogin(login)) ??
          (await users.byLogin('email' in login ? { username: login.email } : { email: login.username })),
      },
    }),
  },
  {
    flaw: 'replaces the password of nobody',
    fails: 'users/replace-password-unknown',
    breaking: ({ users }) => ({
      users: {
        ...users,
        replacePassword: async (id, expected, next) =>
          (await users.byId(id)) ? await users.replacePassword(id, expected, next) : { endedEpoch: 0 },
      },
    }),
  },
  {
    flaw: 'loses its claims',
    fails: 'media/claim-ends',
    breaking: ({ media }) => ({
      media: {
        ...media,
        async claim(claim) {
          const held = await media.claim(claim)
          await media.unclaim(claim)
          return held
        },
      },
    }),
  },
]

export const rateLimitFlaws: readonly Flaw<RateLimits>[] = [
  {
    flaw: 'loses what it counted',
    fails: 'rate-limits/limit',
    breaking: ({ hit, reset }) => ({
      async hit(key, limits, now) {
        const answer = await hit(key, limits, now)
        await reset([key])
        return answer
      },
    }),
  },
]
