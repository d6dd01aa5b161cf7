// Stores a video that never ends and reports its progress, for a test that stops this process in the middle.
import { type CloudinaryMediaOptions, createCloudinaryMedia } from '../src/index.ts'
import { mebibytes } from '../../../test/blob-samples.ts'

const { blobs } = createCloudinaryMedia(JSON.parse(process.argv[2] ?? '{}') as CloudinaryMediaOptions)
const endless = mebibytes(Infinity, async () => void process.stdout.write('.'))
await blobs.put('a', endless, { contentType: 'video/mp4', size: null })
