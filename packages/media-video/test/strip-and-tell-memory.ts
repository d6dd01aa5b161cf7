// Strips a video, for a test that compares the peak memory of this process for files of different sizes.
import { createMediabunnyVideos } from '../src/index.ts'

const [path = '', target = ''] = process.argv.slice(2)
await createMediabunnyVideos({ isolation: 'none' }).strip(path, target)
console.log(process.resourceUsage().maxRSS * 1024)
