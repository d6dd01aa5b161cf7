import { createHash } from 'node:crypto'
import { setImmediate as gap } from 'node:timers/promises'
import { createSketchCaptions, KithError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import type { BreachedPasswords, CaptionWriter, Storage } from '@kith/core/ports'
import { breachedPasswordsCases, captionWriterCases, storageCases } from '../../src/index.ts'
import { captionFlaws } from './flaws.ts'
import { ofPart, type Subjects } from './run-mutants.ts'

export const captions: Subjects<{ captions: CaptionWriter }> = {
  makeSound: () => ({ captions: createLookingCaptions() }),
  ports: { captions: ['suggest'] },
  cases: ofPart('captions', captionWriterCases),
  flaws: captionFlaws,
}

export const breached: Subjects<{ breached: BreachedPasswords }> = {
  makeSound: () => ({ breached: createShortList() }),
  ports: { breached: ['timesSeen'] },
  cases: ofPart('breached', breachedPasswordsCases),
}

/** What a storage does as a whole. */
export const bundle: Subjects<{ bundle: Storage }> = {
  makeSound: () => ({ bundle: demandingMigration() }),
  ports: { bundle: ['plan', 'check'] },
  cases: ofPart('bundle', storageCases),
}

/** Looks at the image, as one that asks a model does, and says what that took. */
function createLookingCaptions(): CaptionWriter {
  const { name, suggest } = createSketchCaptions()
  return {
    name,
    async suggest(request, signal) {
      signal.throwIfAborted()
      const aborted = new Promise<never>((_, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      )
      // An image that cannot be opened leaves nobody to hear of it.
      aborted.catch(() => {})
      const tokens = await Promise.race([count(await request.image()), aborted])
      const usage = { model: 'llava', inputTokens: tokens, outputTokens: 10, cachedInputTokens: null }
      return { ...(await suggest(request, signal)), usage }
    },
  }
}

async function count(bytes: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const part of bytes) size += part.length
  return size
}

const known = ['password', '123456'].map((password) =>
  createHash('sha1').update(password).digest('hex').toUpperCase(),
)

function createShortList(): BreachedPasswords {
  return {
    async timesSeen(sha1, signal) {
      await gap()
      signal.throwIfAborted()
      return known.includes(sha1) ? 3 : 0
    },
  }
}

const steps = ['tables', 'indexes'] as const

/** A storage that can be used between its migration of two steps and its end, as one on a disk. */
function demandingMigration(): Storage {
  const storage = createMemoryStorage()
  let done = 0
  let isClosed = false
  function demand(): void {
    if (done < steps.length) throw new KithError('storage-failed', { detail: 'Run kith.storage.migrate().' })
    if (isClosed) throw new KithError('storage-failed', { detail: 'It was closed.' })
  }
  return {
    ...storage,
    users: {
      ...storage.users,
      async byId(id) {
        demand()
        return await storage.users.byId(id)
      },
    },
    async check() {
      demand()
      return null
    },
    plan: async () => steps.slice(done).map((name) => ({ name, total: 1 })),
    async migrate({ progress = () => {} } = {}) {
      for (const step of steps.slice(done)) {
        progress({ step, done: 0, total: 1 })
        done++
        progress({ step, done: 1, total: 1 })
      }
    },
    close: async () => void (isClosed = true),
  }
}
