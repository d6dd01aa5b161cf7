import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import { sampleVideo } from '../blob-store/sample-videos.ts'
import { assertBytes, content, noKeys, put, red } from '../blob-store/samples.ts'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { nextId } from '../records.ts'
import type { DirectHost } from './direct-host.ts'
import { assertNotStaged, assertStaged, deliver, limitsOf, picture, sign, staged, video } from './files.ts'

/** What happens to files that are sent as announced. */
export const arrivingCases: readonly Case<DirectHost>[] = [
  {
    id: 'direct/sent-file-arrives',
    title: 'a file that was sent as signed has arrived, and is read back byte for byte',
    async run(host) {
      for (const sample of [picture, video]) {
        const key = nextId()
        await deliver(host, key, sample)
        await assertStaged(host, key, sample)
      }
    },
  },
  {
    id: 'direct/unsent-file-absent',
    title: 'a file that was not sent has not arrived, signed or not',
    async run(host) {
      const [signed, unknown] = [nextId(), nextId()]
      await sign(host, signed, picture)
      await assertNotStaged(host, signed)
      await assertNotStaged(host, unknown)
    },
  },
  {
    id: 'direct/parallel-sends',
    title: 'files that are sent concurrently are separate',
    async run(host) {
      const keys = Array.from({ length: 10 }, nextId)
      const samples = keys.map((key) => ({ ...video, bytes: sampleVideo(key) }))
      await race(keys.length, (index) => deliver(host, keys[index] ?? '', samples[index]))
      for (const [index, key] of keys.entries()) await assertStaged(host, key, samples[index])
    },
  },
  {
    id: 'direct/sent-again',
    title: 'a file that is sent again replaces the previous one',
    async run(host) {
      const key = nextId()
      await deliver(host, key, video)
      await assertStaged(host, key, video)
      const later = { ...video, bytes: sampleVideo(Buffer.alloc(90_000, 'later')) }
      await deliver(host, key, later)
      await assertStaged(host, key, later)
    },
  },
  {
    id: 'direct/read-many-times',
    title: 'a file can be read many times, even concurrently, and after a reader that stopped early',
    async run({ direct, ...host }) {
      const key = nextId()
      await deliver({ direct, ...host }, key, video)
      for await (const part of direct.read(key)) {
        assert.ok(part.length > 0)
        break
      }
      for (const bytes of await race(5, () => staged(direct, key))) assertBytes(bytes, video.bytes)
    },
  },
  {
    id: 'direct/confirm-again',
    title: 'confirming again returns the same, also concurrently',
    async run(host) {
      const key = nextId()
      await deliver(host, key)
      const answers = await race(5, () => host.direct.confirm(key, limitsOf()))
      assert.deepEqual(answers, [true, true, true, true, true])
      await assertStaged(host, key)
    },
  },
  {
    id: 'direct/missing-leaves-budget',
    title: 'an account that confirms files it never sent does not affect others',
    async run(host) {
      const key = nextId()
      await deliver(host, key)
      const limits = limitsOf('image', { ownerId: 'mallory' })
      for (let asked = 0; asked < 300; asked++) {
        const there = await host.direct.confirm(nextId(), limits).catch(refusalOf)
        if (there === 'media-unavailable') break
        assert.equal(there, false)
      }
      await assertStaged(host, key)
    },
  },
  {
    id: 'direct/discard',
    title: 'a discarded file is removed, others are not, and discard is idempotent',
    async run(host) {
      const [key, kept, unknown] = [nextId(), nextId(), nextId()]
      for (const each of [key, kept]) await deliver(host, each)
      await race(3, () => host.direct.discard(key))
      await host.direct.discard(key)
      await host.direct.discard(unknown)
      await assertNotStaged(host, key)
      await assertStaged(host, kept)
    },
  },
  {
    id: 'direct/sweep',
    title: 'a sweep removes what was staged before its time, and leaves the rest and all blobs',
    async run(host) {
      const [picked, filmed, blob] = [nextId(), nextId(), nextId()]
      await put(host.blobs, blob)
      await deliver(host, picked)
      await deliver(host, filmed, video)
      await host.direct.sweep(new Date(Date.now() - 3_600_000))
      await assertStaged(host, picked)
      await assertStaged(host, filmed, video)
      await host.direct.sweep(new Date(Date.now() + 3_600_000))
      await host.direct.sweep(new Date(Date.now() + 3_600_000))
      await assertNotStaged(host, picked)
      await assertNotStaged(host, filmed)
      assertBytes(await content(host.blobs, blob), red)
    },
  },
  {
    id: 'direct/staged-is-no-blob',
    title: 'a staged file is not a blob: its key does not exist, before and after it is confirmed',
    async run(host) {
      const key = nextId()
      await deliver(host, key)
      assert.equal(await content(host.blobs, key), null)
      await assertStaged(host, key)
      assert.equal(await content(host.blobs, key), null)
      await host.blobs.remove(key)
      await assertStaged(host, key)
    },
  },
  {
    id: 'direct/blob-of-same-key',
    title: 'a blob of the same key stays as it is, whatever is signed, sent, confirmed, discarded and swept',
    async run(host) {
      const key = nextId()
      await put(host.blobs, key)
      await assertNotStaged(host, key)
      await deliver(host, key)
      assertBytes(await content(host.blobs, key), red)
      await assertStaged(host, key)
      await host.direct.discard(key)
      await host.direct.sweep(new Date(Date.now() + 3_600_000))
      assertBytes(await content(host.blobs, key), red)
    },
  },
  {
    id: 'direct/invalid-key',
    title: 'each method refuses an invalid key',
    async run(host) {
      for (const key of noKeys) {
        await assert.rejects(async () => await sign(host, key, picture), TypeError, JSON.stringify(key))
        await assert.rejects(async () => await host.direct.confirm(key, limitsOf()), TypeError)
        await assert.rejects(async () => await staged(host.direct, key), TypeError)
        await assert.rejects(async () => await host.direct.discard(key), TypeError)
      }
    },
  },
]

/** The code of an expected error; any other is thrown. */
function refusalOf(error: unknown): string {
  if (isKithError(error)) return error.code
  throw error
}
