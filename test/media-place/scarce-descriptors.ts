// Uploads more pictures concurrently than this process has file descriptors, reads more files than that, and prints
// their outcomes and what was left behind.
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isKithError, RetryLaterError } from '@kith/core'
import { picture, signUp, start } from './app.ts'

const [folder = '', count = '0'] = process.argv.slice(2)
const directory = join(folder, 'media')
const temporaryDirectory = join(folder, 'temporary')
const place = { path: join(folder, 'app.db'), directory }
const app = await start(place, { temporaryDirectory })
const viewer = await signUp(app, 'ana')
const first = await app.upload(viewer)

/** Keeps its file open until all have started. */
async function* slowly(): AsyncGenerator<Uint8Array> {
  for await (const chunk of picture()) yield chunk
  await wait(300)
  yield Buffer.alloc(1_000)
}

async function outcomes(work: () => Promise<unknown>): Promise<Record<string, number>> {
  const all = await Promise.allSettled(Array.from({ length: Number(count) }, work))
  return all.reduce<Record<string, number>>((counts, result) => {
    const name = result.status === 'fulfilled' ? 'done' : nameOf(result.reason)
    return { ...counts, [name]: (counts[name] ?? 0) + 1 }
  }, {})
}

function nameOf(error: unknown): string {
  if (!isKithError(error)) return String(error)
  return `${error.status} ${error.code}${error instanceof RetryLaterError ? `, again in ${error.retryAfterSeconds} s` : ''}`
}

async function read(): Promise<void> {
  const blobs = app.options.media?.blobs
  if (blobs?.kind !== 'served') throw new Error('local blobs are served')
  const blob = await blobs.read(first, null, () => null)
  for await (const chunk of blob?.bytes ?? []) if (chunk.length > 0) await wait(300)
}

const taken = [first]
const uploads = await outcomes(async () => taken.push((await app.kith.uploads.add(viewer, slowly())).id))
const reads = await outcomes(read)
// A stream closes its file a moment after it is destroyed.
await wait(100)
const after = await app.upload(viewer)
taken.push(after)
const left = [...readdirSync(temporaryDirectory), ...readdirSync(join(directory, '.temporary'))]
// Unused uploads are removed after a day.
for (const id of taken) await app.kith.posts.create(viewer, { media: [{ id, alt: '' }] })
await app.close()
// A blob may have been stored without a descriptor left to sync it: upkeep removes it a day later.
const dayLater = await start(place, { temporaryDirectory, clock: () => new Date(Date.now() + 86_401_000) })
await dayLater.kith.upkeep.run()
const report = await dayLater.kith.upkeep.verifyMedia()
process.stdout.write(JSON.stringify({ uploads, reads, after, left, report }))
await dayLater.close()
