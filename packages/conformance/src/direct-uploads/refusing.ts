import assert from 'node:assert/strict'
import type { UploadLimits } from '@kith/core'
import type { Case } from '../case.ts'
import { nextId } from '../records.ts'
import type { DirectHost } from './direct-host.ts'
import { assertNotStaged, assertStaged, deliver, hasCode, limitsOf, picture, sign, video } from './files.ts'
import { sendSigned, tamperings } from './sending.ts'

/** What becomes of files that are sent in another way than announced. */
export const refusingCases: readonly Case<DirectHost>[] = [
  {
    name: 'direct: a file of another size than announced is refused, or removed when it is confirmed',
    async run(make) {
      const host = await make()
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
    name: 'direct: a file of more bytes than may be taken in is removed when it is confirmed',
    async run(make) {
      const host = await make()
      const { length } = picture.bytes
      const key = nextId()
      await deliver(host, key)
      assert.equal(await host.direct.confirm(key, limitsOf('image', { maxBytes: length })), true)
      await assertRemoved(host, key, { limits: { maxBytes: length - 1 }, code: 'media-too-large' })
    },
  },
  {
    name: 'direct: a picture of too many pixels is removed when it is confirmed, where the service can tell',
    async run(make) {
      const host = await make()
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
    name: 'direct: a file of another kind than announced is refused or removed when it is confirmed, where the service can tell',
    async run(make) {
      const host = await make()
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
    name: 'direct: of a signature no part can be left out or taken from that of another key, type and size',
    async run(make) {
      const host = await make()
      const [own, other] = [nextId(), nextId()]
      const [signed, foreign] = [await sign(host, own, picture), await sign(host, other, video)]
      for (const [from, to] of [
        [signed, foreign],
        [foreign, signed],
      ] as const) {
        const changed = tamperings(from, to)
        assert.ok(changed.length > 0, 'there is something that can be changed')
        for (const { what, upload } of changed) {
          for (const { bytes } of [picture, video])
            assert.equal(await sendSigned(upload, bytes, host.fetch), false, what)
        }
      }
      for (const key of [own, other]) await assertNotStaged(host, key)
      assert.ok(await sendSigned(signed, picture.bytes, host.fetch), 'as it was signed it is accepted')
    },
  },
  {
    name: 'direct: a signature tells until when it holds, and lets nothing in when its time is over',
    async run(make) {
      const host = await make()
      const key = nextId()
      const until = Date.now() + 600_000
      const { expiresAt } = await sign(host, nextId(), picture)
      assert.ok(Math.abs(Date.parse(expiresAt) - until) < 5_000, expiresAt)
      const over = await sign(host, key, { ...picture, seconds: -60 })
      assert.equal(await sendSigned(over, picture.bytes, host.fetch), false)
      const later = await sign(host, key, picture)
      for (const { what, upload } of tamperings(over, later))
        assert.equal(await sendSigned(upload, picture.bytes, host.fetch), false, what)
      await assertNotStaged(host, key)
    },
  },
]

/** Confirming is refused once; then nothing is there. */
async function assertRemoved(
  host: DirectHost,
  key: string,
  { limits = {}, code }: { limits?: Partial<UploadLimits>; code: string },
): Promise<void> {
  await assert.rejects(host.direct.confirm(key, limitsOf('image', limits)), hasCode(code))
  await assertNotStaged(host, key)
}
