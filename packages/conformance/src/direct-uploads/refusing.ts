import assert from 'node:assert/strict'
import type { SignedUpload, UploadLimits } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { nextId } from '../records.ts'
import type { DirectHost } from './direct-host.ts'
import { assertNotStaged, assertStaged, deliver, hasCode, limitsOf, picture, sign, video } from './files.ts'
import { sendSigned, tamperings } from './sending.ts'

/** What happens to files that are not sent as announced. */
export const refusingCases: readonly Case<DirectHost>[] = [
  {
    id: 'direct/wrong-size',
    title: 'a file of another size than announced is refused, or removed when it is confirmed',
    async run(host) {
      const { bytes } = video
      for (const size of [bytes.length + 1, bytes.length - 1, 1]) {
        const key = nextId()
        const signed = await sign(host, key, video)
        const accepted = await sendSigned(signed, Buffer.alloc(size, bytes), host.fetch)
        if (host.conditions.sizeNotPinned === null) {
          assert.equal(accepted, false, `${size} bytes are taken in place of ${bytes.length}`)
        } else if (accepted) {
          const limits = limitsOf('video', { maxBytes: size - 1 })
          await assert.rejects(host.direct.confirm(key, limits), hasCode('media-too-large'))
        }
        await assertNotStaged(host, key)
      }
    },
  },
  {
    id: 'direct/too-large',
    title: 'a file of more bytes than allowed is removed when it is confirmed',
    async run(host) {
      const { length } = picture.bytes
      const key = nextId()
      await deliver(host, key)
      assert.equal(await host.direct.confirm(key, limitsOf('image', { maxBytes: length })), true)
      await assertRemoved(host, key, { limits: { maxBytes: length - 1 }, code: 'media-too-large' })
    },
  },
  {
    id: 'direct/too-many-pixels',
    title: 'a picture of too many pixels is removed when it is confirmed, if the service can detect it',
    async run(host) {
      const key = nextId()
      await deliver(host, key)
      assert.equal(await host.direct.confirm(key, limitsOf('image', { maxPixels: 320 * 320 })), true)
      const limits = { maxPixels: 320 * 320 - 1 }
      if (host.conditions.pixelsNotMeasured === null)
        await assertRemoved(host, key, { limits, code: 'media-too-large' })
      else assert.equal(await host.direct.confirm(key, limitsOf('image', limits)), true)
    },
  },
  {
    id: 'direct/wrong-type',
    title:
      'a file of another kind than announced is refused or removed when it is confirmed, if the service can detect it',
    async run(host) {
      const { contentType } = picture
      for (const bytes of [Buffer.from('<!doctype html><script>alert(1)</script>'), video.bytes]) {
        const key = nextId()
        const signed = await sign(host, key, { contentType, bytes })
        const accepted = await sendSigned(signed, bytes, host.fetch)
        if (host.conditions.kindNotMeasured !== null) await assertStaged(host, key, { contentType, bytes })
        else if (accepted) await assertRemoved(host, key, { code: 'unsupported-media-type' })
        else await assertNotStaged(host, key)
      }
    },
  },
  {
    id: 'direct/signature-bound',
    title: 'no part of a signature can be left out or taken from that of another key, type and size',
    async run(host) {
      const [own, other] = [nextId(), nextId()]
      const signOwn = (): Promise<SignedUpload> => sign(host, own, picture)
      const signOther = (): Promise<SignedUpload> => sign(host, other, video)
      for (const { bytes } of [picture, video]) {
        await assertPinned(host, { signed: signOwn, from: signOther, bytes })
        await assertPinned(host, { signed: signOther, from: signOwn, bytes })
      }
      for (const key of [own, other]) await assertNotStaged(host, key)
      assert.ok(await sendSigned(await signOwn(), picture.bytes, host.fetch), 'it is accepted as signed')
    },
  },
  {
    id: 'direct/signature-expires',
    title: 'a signature says when it expires, and allows nothing afterward',
    async run(host) {
      const key = nextId()
      const until = Date.now() + 600_000
      const { expiresAt } = await sign(host, nextId(), picture)
      assert.ok(Math.abs(Date.parse(expiresAt) - until) < 5_000, expiresAt)
      const over = await sign(host, key, { ...picture, seconds: -60 })
      assert.equal(await sendSigned(over, picture.bytes, host.fetch), false)
      await assertPinned(host, {
        signed: () => sign(host, key, { ...picture, seconds: -60 }),
        from: () => sign(host, key, picture),
        bytes: picture.bytes,
      })
      await assertNotStaged(host, key)
    },
  },
]

interface Tampered {
  signed: () => Promise<SignedUpload>
  from: () => Promise<SignedUpload>
  bytes: Uint8Array
}

/** Each change of a signature is refused. Each is made to a new one, since a host may accept a signature only once. */
async function assertPinned({ fetch }: DirectHost, { signed, from, bytes }: Tampered): Promise<void> {
  const changes = tamperings(await signed(), await from()).map(({ what }) => what)
  assert.ok(changes.length > 0, 'there is something that can be changed')
  for (const change of changes) {
    const changed = tamperings(await signed(), await from()).find(({ what }) => what === change)
    if (changed) assert.equal(await sendSigned(changed.upload, bytes, fetch), false, change)
  }
}

/** Confirming is refused once; then the file does not exist. */
async function assertRemoved(
  host: DirectHost,
  key: string,
  { limits = {}, code }: { limits?: Partial<UploadLimits>; code: string },
): Promise<void> {
  await assert.rejects(host.direct.confirm(key, limitsOf('image', limits)), hasCode(code))
  await assertNotStaged(host, key)
}
