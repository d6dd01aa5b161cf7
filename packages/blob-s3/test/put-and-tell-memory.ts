// Puts a video of as many MiB as told, for a test that compares the peak memory of this process over their number.
import { S3Client } from '@aws-sdk/client-s3'
import { createSharpImages } from '@kith/media-sharp'
import { createS3Media, type S3MediaOptions } from '../src/index.ts'

const { client, mebibytes, ...options } = JSON.parse(process.argv[2] ?? '{}') as {
  client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
  mebibytes: number
} & Pick<S3MediaOptions, 'bucket' | 'prefix'>
const { blobs } = createS3Media({
  ...options,
  client: new S3Client({ ...client, forcePathStyle: true }),
  images: createSharpImages(),
})

async function* video(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < mebibytes * 16; index++) yield Buffer.alloc(65_536, index)
}

await blobs.put('a', video(), { contentType: 'video/mp4', size: null })
console.log(process.resourceUsage().maxRSS * 1024)
