import { copyFile } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { createLocalBlobs } from '@kith/blob-local'
import { createKith, type Kith, type KithOptions, type Viewer } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'

/** Accepts every picture unchanged. */
const images: ImageProcessor = {
  inspect: async () => ({ width: 1, height: 1, frames: 1 }),
  async normalize(path, target) {
    await copyFile(path, target)
    const looks = { palette: [], lightness: 0, saturation: 0, takenAt: null }
    return { width: 1, height: 1, thumbhash: 'x', ...looks }
  },
  async rendition(path, target) {
    await copyFile(path, target)
    return { format: 'webp', isOnlyFormat: true }
  },
}

/** The locations of one app. */
export interface Place {
  /** The file of its database. */
  path: string
  /** The folder of its media. */
  directory: string
}

/** An app with SQLite and local files, as a new process creates it. */
export interface App {
  kith: Kith
  options: KithOptions
  logged: string[]
  /** Uploads a picture. Resolves to its id. */
  upload(viewer: Viewer): Promise<string>
  close(): Promise<void>
}

/** Options that may differ. */
type More = Partial<KithOptions> & { temporaryDirectory?: string }

/** Starts one. */
export async function start({ path, directory }: Place, more: More = {}): Promise<App> {
  const { temporaryDirectory, ...others } = more
  const logged: string[] = []
  const options: KithOptions = {
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ path }),
    passwords: { memoryKiB: 8, iterations: 1 },
    limits: { uploadByAccount: [] },
    media: { blobs: createLocalBlobs({ directory, images }), images, temporaryDirectory },
    logger: {
      warn: (text, detail) => logged.push(`warn: ${text} ${JSON.stringify(detail)}`),
      error: (text, detail) => logged.push(`error: ${text} ${JSON.stringify(detail)}`),
    },
    ...others,
  }
  const kith = createKith(options)
  await kith.storage.migrate()
  return {
    kith,
    options,
    logged,
    upload: async (viewer) => (await kith.uploads.add(viewer, picture())).id,
    close: () => kith.storage.close(),
  }
}

/** Registers an account and signs it in. */
export async function signUp({ kith }: App, username: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password: 'correct horse' })
  return { userId: user.id, sessionId: session.id }
}

/** Makes a database look like one from before this release: without a marker. */
export function forgetMark({ path }: Place): void {
  const database = new DatabaseSync(path)
  database.exec('DELETE FROM kith_facts')
  database.close()
}

/** The first bytes of a PNG. */
export async function* picture(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
}
