// Puts a video of as many MiB as told, for a test that compares the peak memory of this process over their number.
import { ImageKit } from '@imagekit/nodejs'
import { createImageKitMedia } from '../src/index.ts'

const { url, mebibytes } = JSON.parse(process.argv[2] ?? '{}') as { url: string; mebibytes: number }
const { blobs } = createImageKitMedia({
  client: new ImageKit({ privateKey: 'private_key', baseURL: url }),
  publicKey: 'public_key',
  urlEndpoint: `${url}/id`,
})

async function* video(): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < mebibytes * 16; index++) yield Buffer.alloc(65_536, index)
}

await blobs.put('a', video(), { contentType: 'video/mp4', size: null })
console.log(process.resourceUsage().maxRSS * 1024)
