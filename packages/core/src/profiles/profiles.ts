import { parseName } from '../accounts/identifiers.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Viewer } from '../viewer.ts'
import type { User } from './user.ts'

/** Public profiles. */
export interface Profiles<Fields extends AppFields = AppFields> {
  /** The account with this username. Guests may read. @throws account-not-found */
  get(viewer: Viewer | null, username: string): Promise<User<Fields>>
}

/** Creates the profiles of one Kith instance. */
export function createProfiles(core: Core): Profiles {
  return {
    async get(viewer, username) {
      const [user] = await core.presentUsers.present(viewer, [await visibleUser(core, username)])
      if (!user) throw new KithError('account-not-found')
      return user
    },
  }
}

/** The account with this username, unless it is deleted or banned. @throws account-not-found */
export async function visibleUser(core: Core, username: string): Promise<UserRecord> {
  const user = await core.storage.users.byLogin({ username: parseName(username) })
  if (!user || user.bannedAt) throw new KithError('account-not-found')
  return user
}
