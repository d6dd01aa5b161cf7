import type { Random } from '../id.ts'
import { createOwnTokens, type OwnTokenOptions } from './own-tokens.ts'

/** A device as its token describes it. */
export interface Device {
  /** Random, and the same for as long as the device keeps its token. */
  id: string
  /** The accounts that have signed in on it, the latest first. */
  accounts: readonly string[]
}

/**
 * Signs and reads device tokens. One says for which accounts a device has signed in before, so that the wrong passwords of
 * strangers do not count for it. It opens nothing by itself, and nothing is stored of it.
 */
export interface DeviceTokens {
  /** The token of a device on which this account has just signed in; the accounts of the one it had before are kept. */
  issue(userId: string, before: Device | null): Promise<string>
  /** The device of a token, `null` for one that is not good: whoever shows that is a stranger. Never rejects. */
  read(token: string | undefined): Promise<Device | null>
}

/** How long a device is known after the last sign-in on it; browsers keep no cookie for longer. */
const deviceSeconds = 400 * 86_400
/** Of the accounts of a device so many are kept. */
const maxAccounts = 5

/** Creates the device tokens of one Kith instance. */
export function createDeviceTokens(options: OwnTokenOptions & { random: Random }): DeviceTokens {
  const { clock, random } = options
  const tokens = createOwnTokens(options, 'device-token', 'dt+jwt')

  return {
    async issue(userId, before) {
      const issuedAt = clock()
      const others = before?.accounts.filter((id) => id !== userId) ?? []
      return await tokens.sign(
        {
          did: before?.id ?? Buffer.from(random(16)).toString('base64url'),
          acc: [userId, ...others].slice(0, maxAccounts),
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
  }
}
