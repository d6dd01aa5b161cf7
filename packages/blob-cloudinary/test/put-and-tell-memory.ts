// Stores a video of the given number of MiB, reads a staged one, and reports how much of them was in memory at once. With `hoards`,
// the source and the reader keep all of it.
import { type CloudinaryMediaOptions, createCloudinaryMedia } from '../src/index.ts'
import { mebibytes } from '../../../test/blob-samples.ts'
import { watchHeldBytes } from '../../../test/held-memory.ts'

const { count, hoards, ...options } = JSON.parse(process.argv[2] ?? '{}') as CloudinaryMediaOptions & {
  count: number
  hoards: boolean
}
const { blobs, direct } = createCloudinaryMedia(options)

/** Measures what happens to a file. */
async function mostHeld(
  use: (watched: (bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<number> {
  const held = watchHeldBytes()
  const hoard: Uint8Array[] = []
  await use(async function* (bytes) {
    for await (const part of bytes) {
      if (hoards) hoard.push(part)
      yield part
      held.count(part.length)
    }
  })
  return held.most
}

const put = await mostHeld((watched) =>
  blobs.put('a', watched(mebibytes(count)), { contentType: 'video/mp4', size: null }),
)
let received = 0
const read = await mostHeld(async (watched) => {
  for await (const part of watched(direct.read('film'))) received += part.length
})
console.log(JSON.stringify({ received, put, read }))
