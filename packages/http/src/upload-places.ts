import { RefusedError } from '@kith/core'

/** How many files each account is sending. */
export interface UploadPlaces {
  /** Runs `work` in a place of the account, or refuses immediately. @throws rate-limited */
  within<Result>(account: string, work: () => Promise<Result>): Promise<Result>
}

/** Creates the places of one handler. */
export function createUploadPlaces(perAccount: number): UploadPlaces {
  const taken = new Map<string, number>()
  return {
    async within(account, work) {
      const others = taken.get(account) ?? 0
      if (others >= perAccount) throw new RefusedError('rate-limited', 5, 'uploads.perAccount')
      taken.set(account, others + 1)
      try {
        return await work()
      } finally {
        const left = (taken.get(account) ?? 1) - 1
        if (left === 0) taken.delete(account)
        else taken.set(account, left)
      }
    },
  }
}
