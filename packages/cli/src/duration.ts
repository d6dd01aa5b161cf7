import { usageError } from './cli-error.ts'

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 }

/** Parses `90s`, `15m`, `1h` or `30d` as seconds. @throws CliError that names the option */
export function readDuration(text: string, option: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = Number(digits) * (unitSeconds[unit] ?? 0)
  if (seconds > 0) return seconds
  throw usageError(
    `--${option} ${text} is not a duration.`,
    'Give a number with a unit: 90s, 15m, 1h or 30d.',
  )
}

/** A duration for people: `90 days`. */
export function inWords(seconds: number): string {
  const [size, unit] = (
    [
      [86_400, 'day'],
      [3_600, 'hour'],
      [60, 'minute'],
    ] as const
  ).find(([each]) => seconds >= each && seconds % each === 0) ?? [1, 'second']
  const amount = seconds / size
  return `${amount} ${unit}${amount === 1 ? '' : 's'}`
}
