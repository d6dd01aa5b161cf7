import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { createInstance } from './instance.ts'

test('warns at the start if one of several processes uses its own revocations', async () => {
  const script = fileURLToPath(new URL('cluster-process.ts', import.meta.url))
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script])
  const expected = [expect.stringMatching(/node:cluster.*@kith\/redis/)] as string[]
  expect(JSON.parse(stdout)).toEqual([expected, []])
  expect(createInstance().logged).toEqual([])
})
