import { KithError } from '@kith/core'
import type { Answer } from './drivers/driver.ts'

/** The types of columns other than strings, by their OIDs in `pg_type.dat`, which never change. */
const decoders: ReadonlyMap<number, (text: string) => unknown> = new Map<number, (text: string) => unknown>([
  [16, (text) => text === 't'],
  // int8, int2, int4, oid, float4, float8, numeric
  ...[20, 21, 23, 26, 700, 701, 1700].map((oid) => [oid, Number] as const),
  [1184, millisOf],
])

/** The rows of a response as objects. */
export function rowsOf<Row>({ columns, rows }: Answer): Row[] {
  const readers = columns.map(({ name, type }) => ({ name, decode: decoders.get(type) }))
  return rows.map((values) => {
    const row: Record<string, unknown> = {}
    for (const [index, { name, decode }] of readers.entries()) {
      const value = values[index] ?? null
      row[name] = value === null || !decode ? value : decode(value)
    }
    return row as Row
  })
}

const moment =
  /^(\d{4,})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/

/** Milliseconds since 1970 of a `timestamptz` in the server's ISO style. */
function millisOf(text: string): number {
  if (text === 'infinity') return Infinity
  if (text === '-infinity') return -Infinity
  const match = moment.exec(text)
  if (!match) throw new KithError('storage-failed', { detail: otherStyle })
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const [fraction = '', sign, ...offset] = match.slice(7, 12)
  const [hours = 0, minutes = 0, seconds = 0] = offset.map((part: string | undefined) => Number(part ?? 0))
  const date = new Date(0)
  // The year before 1 is 1 BC; Date.UTC would interpret the years below 100 as those of the last century.
  date.setUTCFullYear(match[12] ? 1 - year : year, month - 1, day)
  date.setUTCHours(hour, minute, second, Math.round(Number(`0.${fraction}0`) * 1000))
  const ahead = ((hours * 60 + minutes) * 60 + seconds) * 1000
  return date.getTime() - (sign === '-' ? -ahead : ahead)
}

const otherStyle =
  "The server writes dates in another style: set DateStyle to 'ISO' for the role or the database that Kith uses."
