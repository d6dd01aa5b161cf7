// Stores a video that never ends and reports its progress, for a test that stops this process in the middle.
import { S3Client } from '@aws-sdk/client-s3'
import { createSharpImages } from '@kith/media-sharp'
import { createS3Media, type S3MediaOptions } from '../src/index.ts'

const { client, ...options } = JSON.parse(process.argv[2] ?? '{}') as {
  client: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } }
} & Pick<S3MediaOptions, 'bucket' | 'prefix'>
const { blobs } = createS3Media({
  ...options,
  client: new S3Client({ ...client, forcePathStyle: true }),
  images: createSharpImages(),
})

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(1024 * 1024, 'x')
    process.stdout.write('.')
  }
}

await blobs.put('a', endless(), { contentType: 'video/mp4', size: null })
