// Stores a blob that never ends, for a test that stops this process in the middle.
import { setTimeout as wait } from 'node:timers/promises'
import { createLocalBlobs } from '../src/index.ts'
import { createCopyingImages } from './copying-images.ts'

const [directory = '', key = ''] = process.argv.slice(2)

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    yield Buffer.alloc(1000, 'x')
    process.stdout.write('.')
    await wait(1)
  }
}

await createLocalBlobs({ directory, images: createCopyingImages() }).put(key, endless(), {
  contentType: 'image/webp',
  size: null,
})
