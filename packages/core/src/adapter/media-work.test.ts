import { expect, test } from 'vitest'
import { createMediaWork, type MediaWorkOptions } from './media-work.ts'

const verbs = { double: async (value: number): Promise<number> => value * 2 }
const options: MediaWorkOptions<typeof verbs> = {
  of: 'createThings',
  choices: { isolation: 'none', concurrency: 1 },
  entry: new URL('no-such-entry.js', import.meta.url),
  verbs,
  defaults: { concurrency: 2, maxWaiting: 0, maxSeconds: 1, maxMebibytes: 1 },
}

test('without isolation the verbs run in this process, one at a time', async () => {
  const { run, close } = createMediaWork(options)
  const first = run({ key: 'a' }, { verb: 'double', arguments: [2] })
  await expect(run({ key: 'b' }, { verb: 'double', arguments: [3] })).rejects.toMatchObject({ code: 'busy' })
  expect(await first).toBe(4)
  await close()
})

test.each([
  ["`isolation` is 'process' or 'none'", { isolation: 'thread' as never }],
  ['no-such-entry.js is missing', { isolation: 'process' }],
  ['`concurrency` is a number above 0', { concurrency: 0 }],
  ['`concurrency` is a whole number', { concurrency: 1.5 }],
  ['`maxWaiting` is a number from 0 on', { maxWaiting: -1 }],
  ['`maxSeconds` is a number above 0', { maxSeconds: NaN }],
  ['`maxMebibytes` is a number above 0', { maxMebibytes: -1 }],
] as const)('%s', (message, wrong) => {
  expect(() => createMediaWork({ ...options, choices: { ...options.choices, ...wrong } })).toThrow(message)
})
