import { createMemoryRateLimits, createMemoryRevocations } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createInstance } from '../test/instance.ts'

test('closing ends what was passed in and can be closed, the storage last, and a part that fails stops nothing', async () => {
  const closed: string[] = []
  const close = (name: string) => () => Promise.resolve(void closed.push(name))
  const { kith, logged, options } = createInstance({
    revocations: {
      ...createMemoryRevocations(),
      close: () => Promise.reject(new Error('away')),
    },
    rateLimits: { ...createMemoryRateLimits(), close: close('rate limits') },
  })
  options.storage.close = close('storage')
  await Promise.all([kith.close(), kith.close()])
  expect(closed).toEqual(['rate limits', 'storage'])
  expect(logged).toMatchObject([[expect.any(String), { event: 'process.part-not-closed' }]])
})
