// Stores a video of the given number of MiB and reports how much of it was in memory at once. With `hoards`, the source keeps all of it.
import { S3Client } from '@aws-sdk/client-s3'
import { createSharpImages } from '@kith/media-sharp'
import { watchHeldBytes } from '../../../test/held-memory.ts'
import { createS3Media, type S3MediaOptions } from '../src/index.ts'

const { client, mebibytes, hoards, ...options } = JSON.parse(process.argv[2] ?? '{}') as {
  client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  mebibytes: number
  hoards: boolean
} & Pick<S3MediaOptions, 'bucket' | 'prefix'>
const { blobs } = createS3Media({
  ...options,
  client: new S3Client({ ...client, forcePathStyle: true }),
  images: createSharpImages(),
})

const held = watchHeldBytes()
const hoard: Uint8Array[] = []

async function* video(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < mebibytes * 16; index++) {
    const bytes = Buffer.alloc(65_536, index)
    if (hoards) hoard.push(bytes)
    yield bytes
    held.count(bytes.length)
  }
}

await blobs.put('a', video(), { contentType: 'video/mp4', size: null })
console.log(held.most)
