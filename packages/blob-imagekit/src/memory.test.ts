import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, utimesSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { makeFolder, openMedia, startAccount } from '../test/imagekit-media.ts'
import { errorOf, image, mebibytes, picture, video } from '../../../test/blob-samples.ts'

const script = fileURLToPath(new URL('../test/put-and-tell-memory.ts', import.meta.url))

/** Takes uploads, more slowly than a disk is read, and counts their bytes. */
async function startSlowSink(): Promise<{ url: string; received: number[] }> {
  const received: number[] = []
  const server = createServer((request, response) => {
    void (async () => {
      let count = 0
      for await (const part of request) {
        const before = count
        count += (part as Buffer).length
        if (Math.floor(count / 1e6) > Math.floor(before / 1e6)) await wait(10)
      }
      received.push(count)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

test('a long video needs little more memory than a short one', { timeout: 60_000 }, async () => {
  const { url, received } = await startSlowSink()
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const peak = async (count: number): Promise<number> => {
    const options = JSON.stringify({ url, mebibytes: count })
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, options])
    return Number(stdout) / 1024 / 1024
  }
  const [short, long] = [await peak(40), await peak(140)]
  expect(received.map((count) => Math.floor(count / 1024 / 1024))).toEqual([40, 140])
  // Who held it whole would need 100 more.
  expect(long - short).toBeLessThan(80)
})

test('nothing stays on the disk, and what a killed process has left goes with a put an hour later', async () => {
  const temporaryDirectory = makeFolder()
  const [stale, fresh] = ['kith-file-stale', 'kith-file-fresh']
  for (const name of [stale, fresh, 'of-others']) mkdirSync(join(temporaryDirectory, name))
  const before = new Date(Date.now() - 3_700_000)
  for (const name of [stale, 'of-others']) utimesSync(join(temporaryDirectory, name), before, before)
  const { blobs } = openMedia(await startAccount(), { temporaryDirectory })
  await blobs.put('a', picture(), image)
  const failing = mebibytes(3, async (index) => {
    if (index === 2) throw new Error('cut off')
  })
  await errorOf(() => blobs.put('b', failing, video))
  expect(readdirSync(temporaryDirectory).sort()).toEqual([fresh, 'of-others'])
})
