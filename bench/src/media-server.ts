import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Core from '@kith/core'
import type * as Memory from '@kith/core/memory'
import type * as Blobs from '@kith/blob-local'
import type * as Images from '@kith/media-sharp'
import type * as Heic from '@kith/media-heic'
import type * as Videos from '@kith/media-video'
import type * as Express from '@kith/express'
import express from 'express'

/**
 * A server that accepts images and videos, for attacks on it: prints its port, and the token of an account. `KITH_ROOT` is another
 * checkout of this repository to compare with.
 */
const root = resolve(process.env['KITH_ROOT'] ?? join(import.meta.dirname, '../..'))
const load = <Module>(path: string): Promise<Module> =>
  import(pathToFileURL(join(root, 'packages', path)).href) as Promise<Module>

const { createKith } = await load<typeof Core>('core/src/index.ts')
const { createMemoryStorage } = await load<typeof Memory>('core/src/memory/index.ts')
const { createLocalBlobs } = await load<typeof Blobs>('blob-local/src/index.ts')
const { createSharpImages } = await load<typeof Images>('media-sharp/src/index.ts')
const { createHeicDecoder } = await load<typeof Heic>('media-heic/src/index.ts')
const { createMediabunnyVideos } = await load<typeof Videos>('media-video/src/index.ts')
const { kithExpress } = await load<typeof Express>('express/src/index.ts')

const images = createSharpImages({ heic: createHeicDecoder() })
const directory = mkdtempSync(join(tmpdir(), 'kith-attacked-'))
const kith = createKith({
  secret: 'f3Qk0a9s8Zx7Cv6Bn5Mm4Lk3Jh2Gf1Dd',
  storage: createMemoryStorage(),
  media: { blobs: createLocalBlobs({ directory, images }), images, videos: createMediabunnyVideos() },
  limits: { uploadByAccount: [{ limit: 10_000, window: '1h' }] },
})
const { tokens } = await kith.accounts.register({ username: 'mallory', password: 'quartz-lantern-57-Orbit' })
const app = express()
app.use(kithExpress(kith, { cookies: { secure: false } }).routes)
const server = app.listen(0, () => {
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  console.log(JSON.stringify({ port, token: tokens.accessToken }))
})
