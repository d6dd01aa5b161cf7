import type { Frame } from './frame-cleaning.ts'

/** Zeroes the padding of an Opus packet: RFC 6716, 3.2.5. */
export async function cleanOpusFrame({ file, budget, start, end }: Frame): Promise<void> {
  budget.spend('frame')
  await budget.rest()
  const head = await file.read(start, Math.min(1024, end - start))
  const [toc = 0, frames = 0] = head
  const isPadded = (toc & 3) === 3 && (frames & 0x40) !== 0
  if (!isPadded) return
  let padding = 0
  let at = 2
  while (head[at] === 255) {
    padding += 254
    at++
  }
  padding += head[at] ?? 0
  await file.fill({ start: Math.max(start + at + 1, end - padding), end }, 0)
}
