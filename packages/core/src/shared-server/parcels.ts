import type { Entry } from './mirror.ts'

/** Entries to deliver to the server; few enough to be written in one short step. */
export interface Parcel {
  readonly entries: readonly Entry[]
  /** In milliseconds of `performance.now()`. */
  readonly addedAt: number
  /** Resolves once they are written, by any caller. Never rejects. */
  readonly written: Promise<void>
  /** They are written. */
  deliver(): void
}

/** Entries that the server may not have yet. */
export interface Parcels {
  /** Keeps the entries, in parcels, until they are delivered. */
  add(entries: readonly Entry[]): Parcel[]
  /** The undelivered parcels, without those whose entries have all ended at `now`. */
  waiting(now: number): Parcel[]
}

const parcelLength = 1_000

/** Creates it, empty. */
export function createParcels(): Parcels {
  const parcels = new Set<Parcel>()

  function wrap(entries: readonly Entry[]): Parcel {
    const { promise, resolve } = Promise.withResolvers<void>()
    const parcel: Parcel = {
      entries,
      addedAt: performance.now(),
      written: promise,
      deliver() {
        parcels.delete(parcel)
        resolve()
      },
    }
    parcels.add(parcel)
    return parcel
  }

  return {
    add: (entries) =>
      Array.from({ length: Math.ceil(entries.length / parcelLength) }, (_, index) =>
        wrap(entries.slice(index * parcelLength, (index + 1) * parcelLength)),
      ),
    waiting(now) {
      for (const parcel of parcels) {
        if (parcel.entries.every(([, endsAt]) => endsAt <= now)) parcel.deliver()
      }
      return [...parcels]
    },
  }
}
