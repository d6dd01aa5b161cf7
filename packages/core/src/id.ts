/**
 * Creates ids: UUIDv7, so they sort by time, and within one process strictly by creation order. If the clock is set
 * back by more than two seconds, ids follow it: otherwise a process whose clock was ahead for a while would keep
 * creating ids in the future for as long.
 */
export type MakeId = () => string

/** Returns `length` random bytes. */
export type Random = (length: number) => Uint8Array

/** Returns the current time. */
export type Clock = () => Date

/** How far ids may run ahead of the clock: more than a routine clock correction. */
const maxAheadMillis = 2_000

/** Random bytes for this many ids are fetched together: a call to a random source costs more than the rest of an id. */
const idsAtOnce = 128

/** Creates the id source of one Kith instance. */
export function createIds(clock: Clock, random: Random): MakeId {
  let lastMillis = -1
  let sequence = 0
  let bytes: Uint8Array = new Uint8Array()
  let used = 0

  /** Each byte is used once. */
  function take(length: number): Uint8Array {
    if (used + length > bytes.length) [bytes, used] = [random(idsAtOnce * 10), 0]
    used += length
    return bytes.subarray(used - length, used)
  }

  return () => {
    const millis = clock().getTime()
    if (millis > lastMillis || lastMillis - millis > maxAheadMillis) {
      lastMillis = millis
      const [high = 0, low = 0] = take(2)
      // The counter starts in the lower half of its 12 bits to leave room to count up.
      sequence = ((high << 8) | low) & 0x7ff
    } else if (++sequence > 0xfff) {
      lastMillis++
      sequence = 0
    }
    return format(lastMillis, sequence, take(8))
  }
}

function format(millis: number, sequence: number, tail: Uint8Array): string {
  const time = millis.toString(16).padStart(12, '0')
  const middle = (0x7000 | sequence).toString(16)
  const rest = Buffer.from(tail)
  rest[0] = ((rest[0] ?? 0) & 0x3f) | 0x80
  const hex = rest.toString('hex')
  return `${time.slice(0, 8)}-${time.slice(8)}-${middle}-${hex.slice(0, 4)}-${hex.slice(4)}`
}
