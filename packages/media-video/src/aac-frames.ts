import { readBits } from './bits.ts'
import { demand } from './budget.ts'
import type { Frame } from './frame-cleaning.ts'

/** ISO 14496-3, table 4.85. */
const elements = { data: 4, fill: 6 } as const

/** The longest data and filler before sound, where an encoder writes its name: as long as a frame can be. */
const maxLeadBytes = 8192

/**
 * Clears data and filler before the sound in an AAC frame. What follows the sound cannot be found without decoding it:
 * its length is not stored.
 */
export async function cleanAacFrame({ file, budget, start, end }: Frame): Promise<void> {
  budget.spend('frame')
  await budget.rest()
  const first = (await file.read(start, 1))[0] ?? 0
  if (first >> 5 !== elements.data && first >> 5 !== elements.fill) return
  const head = Buffer.from(await file.read(start, Math.min(maxLeadBytes, end - start)))
  const bits = readBits(head)
  for (let cleared = true; cleared;) cleared = clearNext()
  demand(bits.position() < head.length * 8 || head.length === end - start)
  await file.write(start, head)

  function clearNext(): boolean {
    const kind = bits.read(3)
    let count = 0
    if (kind === elements.fill) {
      count = bits.read(4)
      if (count === 15) count += bits.read(8) - 1
    } else if (kind === elements.data) {
      bits.read(4)
      const isAligned = bits.read(1) === 1
      count = bits.read(8)
      if (count === 255) count += bits.read(8)
      if (isAligned) bits.back(Math.ceil(bits.position() / 8) * 8)
    } else return false
    const from = bits.position()
    const to = Math.min(from + count * 8, head.length * 8)
    for (let bit = from; bit < to; bit++) head[bit >> 3] = (head[bit >> 3] ?? 0) & ~(0x80 >> (bit & 7))
    bits.back(to)
    return to + 3 <= head.length * 8
  }
}
