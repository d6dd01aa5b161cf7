import assert from 'node:assert/strict'
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createKith } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import type { ImageProcessor, ServedBlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { cheapPasswords } from '../cheap-passwords.ts'
import type { Host, HostOptions } from './host.ts'
import type { Send, WireAnswer, WireRequest } from './wire.ts'

/** The parts of a request that a case cares about. */
interface Ask extends Partial<Omit<WireRequest, 'path' | 'headers'>> {
  headers?: Readonly<Record<string, string>> | undefined
  /** Sent as JSON. */
  json?: unknown
}

/** An app of the host, with a Kith that a case can inspect. */
export interface HostApp {
  readonly host: Host
  readonly prefix: string
  readonly blobs: ServedBlobStore
  readonly send: Send
  /** What Kith has logged. */
  readonly log: readonly string[]
  /** How many blobs and temporary files exist. */
  files(): Promise<number>
  /** Requests a path under the prefix of Kith. */
  ask(path: string, ask?: Ask): Promise<WireAnswer>
  /** Makes every blob a gigabyte, and counts how many are open. */
  swell(): () => number
  /** Registers an account and returns its access token as a header. */
  register(): Promise<{ authorization: string }>
}

/** The page that is allowed to call. */
export const origin = 'https://app.example'
/** A password that every rule allows. */
export const password = 'correct horse battery'

/** A case with its own app. */
export function hostCase(id: string, title: string, body: (app: HostApp) => Promise<void>): Case<Host> {
  return { id, title, run: (host) => runWithApp(host, body) }
}

/** Runs the body of a case with its own app, whose Kith has these options in addition to its allowed origin. */
export async function runWithApp(
  host: Host,
  body: (app: HostApp) => Promise<void>,
  options: Omit<HostOptions, 'allowedOrigins'> = {},
): Promise<void> {
  const temporaryDirectory = await mkdtemp(join(tmpdir(), 'kith-host-'))
  const { prefix = '/api/v1' } = host
  const storage = createMemoryStorage()
  const blobs = createMemoryBlobs()
  const log: string[] = []
  const swollen = { blobs: false, open: 0 }
  const kith = createKith({
    secret: 'the secret of all cases, long enough',
    prefix,
    storage,
    passwords: cheapPasswords,
    media: { blobs: swelling(blobs, swollen), images, temporaryDirectory },
    logger: { warn: (message) => void log.push(message), error: (message) => void log.push(message) },
  })
  const server = await host.serve(kith, { allowedOrigins: [origin], ...options })

  function ask(path: string, { json, headers = {}, method = 'GET', ...rest }: Ask = {}): Promise<WireAnswer> {
    const body = json === undefined ? rest.body : JSON.stringify(json)
    const own = json === undefined ? {} : { 'content-type': 'application/json' }
    const pairs = Object.entries({ ...own, ...headers })
    return server.send({ ...rest, method, path: prefix + path, headers: pairs, body })
  }

  try {
    await body({
      host,
      prefix,
      blobs,
      send: server.send,
      log,
      ask,
      async files() {
        const entries = await readdir(temporaryDirectory, { recursive: true, withFileTypes: true })
        const { blobs: kept } = await blobs.list(null, 100)
        return kept.length + entries.filter((entry) => entry.isFile()).length
      },
      swell() {
        swollen.blobs = true
        return () => swollen.open
      },
      async register() {
        const json = { username: 'anna', password, transport: 'bearer' }
        const answer = await ask('/users/register', { method: 'POST', json })
        assert.equal(answer.status, 201, answer.text)
        const { tokens } = JSON.parse(answer.text) as { tokens: { accessToken: string } }
        return { authorization: `Bearer ${tokens.accessToken}` }
      },
    })
  } finally {
    await server.close()
    await kith.close()
    // A request that a client aborted may still be cleaning up.
    await rm(temporaryDirectory, { recursive: true, force: true, maxRetries: 20 })
  }
}

/** Waits until nothing is left: a server may notice later than its client, and a busy machine takes its time. */
export async function drains(count: () => number | Promise<number>, what: string): Promise<void> {
  const end = performance.now() + 10_000
  while ((await count()) > 0 && performance.now() < end) await wait(20)
  assert.equal(await count(), 0, `${what} stay`)
}

/** Accepts every file as a picture and changes nothing. */
const images: ImageProcessor = {
  inspect: async () => ({ width: 320, height: 320, frames: 1 }),
  async normalize(path, target) {
    await copyFile(path, target)
    const measures = { thumbhash: '', palette: [], lightness: 0, saturation: 0, takenAt: null }
    return { width: 320, height: 320, ...measures }
  },
  async rendition(path, target, { format }) {
    await copyFile(path, target)
    return { format, isOnlyFormat: true }
  },
}

function swelling(blobs: ServedBlobStore, swollen: { blobs: boolean; open: number }): ServedBlobStore {
  async function* zeros(): AsyncGenerator<Uint8Array> {
    swollen.open++
    try {
      for (let chunks = 0; chunks < 2 ** 14; chunks++) yield Buffer.alloc(2 ** 16)
    } finally {
      swollen.open--
    }
  }
  return {
    ...blobs,
    async read(...given) {
      const blob = await blobs.read(...given)
      return blob && swollen.blobs ? { ...blob, size: 2 ** 30, bytes: zeros() } : blob
    },
  }
}
