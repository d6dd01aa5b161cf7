import type { Storage } from '@kith/core/ports'

/** Mistakes that no mutator makes, each for one case. */
export const flaws: Readonly<Record<string, (sound: Storage) => Partial<Storage>>> = {
  'users/by-login-kind-bound': ({ users }) => ({
    users: {
      ...users,
      byLogin: async (login) =>
        (await users.byLogin(login)) ??
        (await users.byLogin('email' in login ? { username: login.email } : { email: login.username })),
    },
  }),
  'users/replace-password-unknown': ({ users }) => ({
    users: {
      ...users,
      replacePassword: async (id, expected, next) =>
        (await users.byId(id)) ? await users.replacePassword(id, expected, next) : { endedEpoch: 0 },
    },
  }),
}
