/** A length of time: whole seconds, or a number with a unit: `'90s'`, `'15m'`, `'12h'`, `'30d'`. */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const unitSeconds = { s: 1, m: 60, h: 3_600, d: 86_400 } as const

/** Reads a duration as seconds; throws a `TypeError` that names the option where it is none. */
export function durationSeconds(value: Duration, option: string): number {
  const match = typeof value === 'string' ? /^(\d+)([smhd])$/.exec(value) : null
  const seconds = match ? Number(match[1]) * unitSeconds[match[2] as keyof typeof unitSeconds] : value
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds <= 0) {
    throw new TypeError(`${option}: give whole seconds or a text like '15m', '12h' or '30d'`)
  }
  return seconds
}
