/** The first millisecond of 4713 BC, the earliest time of the server. */
const earliest = -210_866_803_200_000

/** A date as a parameter for `to_timestamp(@at / 1000.0)`: milliseconds since 1970. */
export function toMillis(date: Date): number
export function toMillis(date: Date | null): number | null
export function toMillis(date: Date | null): number | null {
  return date && Math.max(date.getTime(), earliest)
}

/** A date from the row's value of a `timestamptz`. */
export function fromMillis(millis: number): Date {
  return new Date(millis)
}

/** A date from its row, or none. */
export function fromMillisOrNull(millis: number | null): Date | null {
  return millis === null ? null : new Date(millis)
}

/** The moment of a value in milliseconds, in SQL. NULL for NULL. */
export function moment(name: string): string {
  return `to_timestamp(@${name} / 1000.0)`
}
