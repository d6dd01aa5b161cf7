import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { describeWithS3 } from '../../../test/servers/describe-servers.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'
import { openMedia } from '../test/s3-media.ts'
import { contents, sizeOf } from '../test/samples.ts'

const killedPut = new URL('../test/killed-put.ts', import.meta.url)
const putAndTellMemory = new URL('../test/put-and-tell-memory.ts', import.meta.url)

/** How to run a script next to the tests with its own media. */
function commandOf(script: URL, server: S3Server, options: object): string[] {
  const { endpoint, region, credentials, bucket } = server
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  return [
    ...flags,
    fileURLToPath(script),
    JSON.stringify({ client: { endpoint, region, credentials }, bucket, ...options }),
  ]
}

await describeWithS3('another process', {}, (s3) => {
  test.each([1, 9, 40])(
    'that is killed after %i MiB leaves nothing visible, and nothing at all after its blob is removed',
    async (count) => {
      const { blobs, client, prefix } = openMedia(s3())
      const child = spawn(process.execPath, commandOf(killedPut, s3(), { prefix }), {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let seen = 0
      for await (const dots of child.stdout) {
        seen += String(dots).length
        if (seen >= count) break
      }
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')

      expect(await sizeOf(blobs, 'a')).toBeNull()
      const { objects, uploads } = await contents(client, s3(), prefix)
      expect(objects).toEqual([])
      if (count > 5) expect(uploads).toEqual(['blobs/a/original'])
      await blobs.remove('a')
      expect(await contents(client, s3(), prefix)).toEqual({ objects: [], uploads: [] })
    },
  )

  test('that stores a long video holds only a few parts of it at a time', { timeout: 60_000 }, async () => {
    const mostHeld = async (hoards: boolean): Promise<number> => {
      const options = { prefix: s3().freshPrefix(), mebibytes: 64, hoards }
      const command = ['--expose-gc', ...commandOf(putAndTellMemory, s3(), options)]
      const { stdout } = await promisify(execFile)(process.execPath, command)
      return Number(stdout) / 1024 / 1024
    }
    expect(await mostHeld(true)).toBeGreaterThan(60)
    expect(await mostHeld(false)).toBeLessThan(30)
  })
})
