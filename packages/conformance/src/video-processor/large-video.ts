import { open } from 'node:fs/promises'
import { fixture } from '../fixtures.ts'

const frameBytes = 2 ** 20

/**
 * Writes an MP4 of many megabytes: the same picture repeatedly, each padded to one megabyte with an H.264 filler unit.
 * Its zeros are a hole in the file if the disk supports that, so it takes almost no time.
 */
export async function writeLargeVideo(path: string, megabytes: 24 | 128): Promise<void> {
  const picture = fixture('videos/frames/avc-0.bin')
  const filler = Buffer.alloc(5)
  filler.writeUInt32BE(frameBytes - picture.length - 4)
  filler[4] = 12
  const head = fixture(`videos/large-head-${megabytes}.mp4`)
  const file = await open(path, 'w')
  try {
    await file.write(head, 0, head.length, 0)
    const start = Buffer.concat([picture, filler])
    for (let index = 0; index < megabytes; index++)
      await file.write(start, 0, start.length, head.length + index * frameBytes)
    await file.truncate(head.length + megabytes * frameBytes)
  } finally {
    await file.close()
  }
}
