import { idsInput } from '../accounts/account-inputs.ts'
import { readAccountName } from '../accounts/identifiers.ts'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { parseInput } from '../input.ts'
import type { AppFields } from '../own-fields/app-fields.ts'
import type { Viewer } from '../viewer.ts'
import type { User } from './user.ts'

/** Public profiles. */
export interface Profiles<Fields extends AppFields = AppFields> {
  /** The account with this username, or id. Guests may read. @throws account-not-found */
  get(viewer: Viewer | null, name: string): Promise<User<Fields>>
  /**
   * The accounts with these ids, in the same order, with a fixed number of queries; `null` for those that do not exist
   * or are banned. At most 100. @throws invalid-input
   */
  byIds(viewer: Viewer | null, ids: readonly string[]): Promise<(User<Fields> | null)[]>
}

/** Creates the profiles of one Kith instance. */
export function createProfiles(core: Core): Profiles {
  return {
    async get(viewer, name) {
      const [user] = await core.presentUsers.present(viewer, [await visibleUser(core, name)])
      if (!user) throw new KithError('account-not-found')
      return user
    },
    byIds: async (viewer, ids) =>
      await core.presentUsers.presentIds(viewer, parseInput(idsInput, { ids }).ids),
  }
}

/** The account with this username, or id, unless it is deleted or banned. @throws account-not-found */
export async function visibleUser(core: Core, name: string): Promise<UserRecord> {
  const named = readAccountName(name)
  const { users } = core.storage
  const user = await ('id' in named ? users.byId(named.id) : users.byLogin(named))
  if (!user || user.bannedAt) throw new KithError('account-not-found')
  return user
}
