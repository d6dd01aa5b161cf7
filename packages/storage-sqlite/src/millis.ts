/** A date as stored: milliseconds since 1970. */
export function toMillis(date: Date): number
export function toMillis(date: Date | null): number | null
export function toMillis(date: Date | null): number | null {
  return date && date.getTime()
}

/** A stored date. */
export function fromMillis(millis: number): Date {
  return new Date(millis)
}

/** A stored date, or none. */
export function fromMillisOrNull(millis: number | null): Date | null {
  return millis === null ? null : new Date(millis)
}
