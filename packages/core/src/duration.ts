/** A length of time: whole seconds, or a number with a unit: `'90s'`, `'15m'`, `'12h'`, `'30d'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** What to pass instead of an invalid duration. */
export const durationAdvice = "give whole seconds or a string like '15m', '12h' or '30d'"

/** Parses a duration as seconds; `null` if it is invalid. */
export function readDuration(value: unknown): number | null {
  const match = typeof value === 'string' ? /^(\d+)([smhd])$/.exec(value) : null
  const seconds = match ? Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds] : value
  return typeof seconds === 'number' && Number.isSafeInteger(seconds) && seconds > 0 ? seconds : null
}

/** Parses a duration as seconds. Throws a `TypeError` that names the option if it is invalid. */
export function durationSeconds(value: Duration, option: string): number {
  const seconds = readDuration(value)
  if (seconds === null) throw new TypeError(`${option}: ${durationAdvice}`)
  return seconds
}
