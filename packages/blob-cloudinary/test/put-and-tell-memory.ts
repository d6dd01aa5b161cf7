// Puts a video of as many MiB as told and reads one that was staged, for a test that compares the peak memory of this process
// over their number. The peak that the system tells would include that of the process which started this one.
import { type CloudinaryMediaOptions, createCloudinaryMedia } from '../src/index.ts'
import { mebibytes } from '../../../test/blob-samples.ts'

const { count, ...options } = JSON.parse(process.argv[2] ?? '{}') as CloudinaryMediaOptions & {
  count: number
}
const { blobs, direct } = createCloudinaryMedia(options)
let peak = 0
const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), 10)
await blobs.put('a', mebibytes(count), { contentType: 'video/mp4', size: null })
let received = 0
for await (const part of direct.read(`film-${count}`)) received += part.length
clearInterval(timer)
console.log(JSON.stringify({ received, peak }))
