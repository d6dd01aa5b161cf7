import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'

const flags = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]
const script = fileURLToPath(new URL('media-place/scarce-descriptors.ts', import.meta.url))

interface Outcome {
  uploads: Record<string, number>
  reads: Record<string, number>
  after: string
  left: string[]
  report: Record<string, unknown>
}

/** Runs the script with this many file descriptors, using the limit of the system. */
async function withDescriptors(limit: number, count: number): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-scarce-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const child = spawn(
    'sh',
    ['-c', `ulimit -n ${limit}; exec "$0" "$@"`, process.execPath, ...flags, script, folder, String(count)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.on('data', (part: Buffer) => (output += part.toString()))
  await once(child, 'close')
  return JSON.parse(output) as Outcome
}

const busy = '503 busy, again in 5 s'

test('with 64 file descriptors, 300 uploads and 300 readers either succeed or are busy, and nothing is left behind', async () => {
  const { uploads, reads, after, left, report } = await withDescriptors(64, 300)
  const { done = 0, [busy]: refused = 0, ...others } = uploads
  expect(others).toEqual({})
  // How many succeed depends on chance: each holds its file until all have started, and then needs another one.
  expect(refused).toBeGreaterThan(0)
  expect(done + refused).toBe(300)
  expect(Object.keys(reads).sort()).toEqual([busy, 'done'])
  expect(after).toMatch(/^[0-9a-f-]{36}$/)
  expect(left).toEqual([])
  // Each accepted upload exists, and a day later nothing of the others.
  expect(report).toMatchObject({ blobs: done + 2, media: done + 2, orphanCount: 0, missingCount: 0 })
})

test('with enough of them none is refused', async () => {
  const { uploads, reads } = await withDescriptors(1_024, 50)
  expect([uploads, reads]).toEqual([{ done: 50 }, { done: 50 }])
})
