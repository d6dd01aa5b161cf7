import { createHmac } from 'node:crypto'
import type { UserRecord } from '../accounts/user-store.ts'
import type { Random } from '../id.ts'
import { deriveKey } from './derive-key.ts'
import { createOwnTokens, type OwnTokenOptions } from './own-tokens.ts'

/** The content of a device token. */
export interface Device {
  /** Random, and the same for as long as the device keeps its token. */
  id: string
  /** The accounts that have signed in on it, the latest first, each with a mark of the password that was used. */
  accounts: readonly string[]
}

/**
 * Signs and reads device tokens. A token lists the accounts for which a device has signed in before, so that the wrong
 * passwords of strangers do not count for it. It opens nothing by itself, and is not stored. A new password makes the
 * other devices of its account strangers, so that someone who had the old one is not trusted any longer.
 */
export interface DeviceTokens {
  /** The token of a device on which this account has just signed in; the accounts of its previous token are kept. */
  issue(user: Account, before: Device | null): Promise<string>
  /** The device of a token, `null` for an invalid one: its client counts as a stranger. Never rejects. */
  read(token: string | undefined): Promise<Device | null>
  /** Whether this account has signed in on the device, with its current password. */
  knows(device: Device, user: Account): boolean
}

type Account = Pick<UserRecord, 'id' | 'passwordHash'>

/** How long a device is known after the last sign-in on it; browsers keep no cookie for longer. */
const deviceSeconds = 400 * 86_400
/** The maximum number of accounts of a device. */
const maxAccounts = 5

/** Creates the device tokens of one Kith instance. */
export function createDeviceTokens(options: OwnTokenOptions & { random: Random }): DeviceTokens {
  const { clock, random } = options
  const tokens = createOwnTokens(options, 'device-token', 'dt+jwt')
  const keys = options.secrets.map((secret) => deriveKey(secret, 'device-account').key)

  /**
   * The entry of an account in the token, by the current secret first. Reveals nothing about the hash without a secret.
   */
  function marksOf({ id, passwordHash }: Account): string[] {
    return keys.map((key) => {
      const mark = createHmac('sha256', key).update(`${id} ${passwordHash}`).digest('base64url')
      return `${id}.${mark.slice(0, 12)}`
    })
  }

  return {
    async issue(user, before) {
      const issuedAt = clock()
      const others = before?.accounts.filter((account) => !account.startsWith(`${user.id}.`)) ?? []
      return await tokens.sign(
        {
          did: before?.id ?? Buffer.from(random(16)).toString('base64url'),
          acc: [...marksOf(user).slice(0, 1), ...others].slice(0, maxAccounts),
        },
        { issuedAt, expiresAt: new Date(issuedAt.getTime() + deviceSeconds * 1000) },
      )
    },
    async read(token) {
      if (token === undefined) return null
      try {
        const { did, acc } = await tokens.verify(token, ['did', 'acc'])
        return typeof did === 'string' && Array.isArray(acc) ? { id: did, accounts: acc.map(String) } : null
      } catch {
        return null
      }
    },
    knows: ({ accounts }, user) => marksOf(user).some((mark) => accounts.includes(mark)),
  }
}
