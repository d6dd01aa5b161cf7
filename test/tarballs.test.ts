import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { installConsumer } from '../scripts/consumer.ts'
import { listPackages, root } from '../scripts/packages.ts'
import { packRelease } from '../scripts/release-files.ts'
import { packAll } from '../scripts/tarballs.ts'

const run = promisify(execFile)
/** A PNG of one pixel. */
const picture =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
/** A HEIC with a time set by the camera. */
const heic = join(root, 'packages', 'media-heic', 'test', 'heic', 'turned-6.heic')
const folder = mkdtempSync(join(tmpdir(), 'kith-packed-'))
let tarballs: Map<string, string>

beforeAll(async () => {
  tarballs = await packAll()
}, 600_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(listPackages())('the tarball of $folder', ({ folder: of, manifest: { name } }) => {
  const allowed =
    /^package\/(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/[\w./-]+\.(js|js\.map|d\.ts|NOTICE\.md)|src\/[\w./-]+\.(ts|NOTICE\.md))$/

  test('contains code, types and sources, and nothing else', async () => {
    const { stdout } = await run('tar', ['-tzf', tarballs.get(name) ?? ''])
    const files = stdout.trim().split('\n')
    const samples = of === 'conformance' ? files.filter((file) => file.startsWith('package/fixtures/')) : []
    const others = files.filter((file) => !samples.includes(file))
    expect(others.filter((file) => !allowed.test(file) || /\.test(-d)?\.ts$/.test(file))).toEqual([])
    for (const file of ['README.md', 'LICENSE', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts']) {
      expect(files).toContain(`package/${file}`)
    }
  })

  test('has a manifest that works outside of this repository', async () => {
    const { stdout } = await run('tar', ['-xzOf', tarballs.get(name) ?? '', 'package/package.json'])
    expect(stdout).not.toMatch(/"(workspace|catalog):/)
  })
})

// A file with LICENSE in its name would make pnpm omit the package's own.
test('the tarball of core contains the licenses of its password lists', async () => {
  const file = 'package/src/accounts/common-passwords.NOTICE.md'
  const { stdout } = await run('tar', ['-xzOf', tarballs.get('@kith/core') ?? '', file])
  expect(stdout).toContain('Permission is hereby granted')
  expect(stdout).toContain('Redistribution and use in source and binary forms')
})

test.each(['@kith/core', '@kith/http'])(
  'the tarball of %s contains the license of the bundled zod',
  async (name) => {
    const { stdout } = await run('tar', ['-xzOf', tarballs.get(name) ?? '', 'package/dist/zod.NOTICE.md'])
    expect(stdout).toContain('Permission is hereby granted')
  },
)

describe('the files of a release', () => {
  const made = join(folder, 'release')
  beforeAll(() => packRelease(made))

  test('match their checksums, in an order in which each package is published after its dependencies', () => {
    const sums = readFileSync(join(made, 'SHA256SUMS'), 'utf8')
    for (const line of sums.trim().split('\n')) {
      const [sum, name = ''] = line.split('  ')
      expect(
        createHash('sha256')
          .update(readFileSync(join(made, name)))
          .digest('hex'),
        name,
      ).toBe(sum)
    }
    const lines = readFileSync(join(made, 'packages.txt'), 'utf8').trim().split('\n')
    const order = lines.map(
      (line) => /^(@kith\/[\w-]+)@[\w.-]+ kith-[\w-]+-[\w.-]+\.tgz$/.exec(line)?.[1] ?? line,
    )
    expect([...order].sort()).toEqual([...tarballs.keys()].sort())
    for (const { folder: name, manifest } of listPackages()) {
      const { dependencies = {}, peerDependencies = {} } = manifest
      expect(sums).toContain(`  ${name}.cdx.json\n`)
      for (const needed of Object.keys({ ...dependencies, ...peerDependencies })) {
        expect(order.indexOf(needed)).toBeLessThan(order.indexOf(manifest.name))
      }
    }
  })

  test('are only created in an empty folder', async () => {
    await expect(packRelease(made)).rejects.toThrow('is not empty')
  })
})

describe('an app that installs the tarballs with npm', () => {
  beforeAll(() => installConsumer(folder, tarballs.values()))

  /** `load` imports a package in the module system under test. */
  function useEverything(load: string): string {
    return `async function main() {
      const { createKith, createSketchCaptions } = ${load}('@kith/core')
      const { createLocalBlobs } = ${load}('@kith/blob-local')
      const { createSharpImages } = ${load}('@kith/media-sharp')
      const { createHeicDecoder } = ${load}('@kith/media-heic')
      const { createMediabunnyVideos } = ${load}('@kith/media-video')
      const { createSqliteStorage } = ${load}('@kith/storage-sqlite')
      const { videoProcessorCases } = ${load}('@kith/conformance')
      const { kithExpress } = ${load}('@kith/express')
      const { kithFastify } = ${load}('@kith/fastify')
      const { default: express } = ${load.startsWith('await') ? `${load}('express')` : `{ default: ${load}('express') }`}
      const { fastify } = ${load}('fastify')
      const z = ${load}('zod')

      const storage = createSqliteStorage({ path: ':memory:' })
      const images = createSharpImages({ heic: createHeicDecoder() })
      const videos = createMediabunnyVideos()
      // Its samples are files next to its code.
      await videoProcessorCases.find(({ id }) => id === 'videos/hidden-in-boxes-of-an-mp4').run(videos)
      const { takenAt } = await images.normalize(${JSON.stringify(heic)}, 'taken.webp')
      if (takenAt !== '2026-07-14T18:32:05') throw new Error('taken at another time')
      const kith = createKith({
        secret: 'a secret of at least thirty-two characters',
        storage,
        media: {
          blobs: createLocalBlobs({ directory: ${JSON.stringify(`media-${randomUUID()}`)}, images }),
          images,
          videos,
        },
        captions: createSketchCaptions(),
      })
      await storage.migrate()
      const { user } = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
      const { tokens } = await kith.sessions.login({ login: 'ada', password: 'correct horse' })
      const viewer = await kith.sessions.authenticate(tokens.accessToken)
      if (viewer.userId !== user.id) throw new Error('someone else')
      const { register } = kith.accounts.inputs
      const form = z.object({ account: register }).safeParse({ account: { username: 'ben' } })
      if (!(register instanceof z.ZodType) || form.error?.issues[0].path.join('.') !== 'account.password')
        throw new Error('the schemas are not those of the zod of the app')

      async function* picture() {
        yield Buffer.from('${picture}', 'base64')
      }
      const { id } = await kith.uploads.add(viewer, picture())
      const { suggestions } = await kith.captions.suggest(viewer, id, { hint: 'Sea', count: 1 })
      await kith.posts.create(viewer, { caption: suggestions[0], media: [id] })

      const options = { allowedOrigins: [] }
      const server = express().use(kithExpress(kith, options).routes).listen(0)
      const app = fastify({ forceCloseConnections: true })
      await app.register(kithFastify, { kith, ...options })
      const urls = ['http://127.0.0.1:' + server.address().port, await app.listen({ port: 0 })]
      for (const url of urls) {
        const headers = { authorization: 'Bearer ' + tokens.accessToken }
        const response = await fetch(url + '/api/v1/feed', { headers })
        const [{ author, media }] = (await response.json()).items
        const file = await fetch(url + media[0].renditions.feed)
        const type = file.headers.get('content-type')
        console.log(response.status, author.username, type, (await file.arrayBuffer()).byteLength > 0)
      }
      server.close()
      server.closeAllConnections()
      await app.close()
      await storage.close()
    }
    main()`
  }

  test.each([
    ['import', 'app.mjs', 'await import'],
    ['require', 'app.cjs', 'require'],
  ])('registers, signs in, uploads, posts and serves with %s', async (_name, file, load) => {
    writeFileSync(join(folder, file), useEverything(load))
    const { stdout } = await run(process.execPath, [join(folder, file)], { cwd: folder })
    expect(stdout).toBe('200 ada image/webp true\n'.repeat(2))
  })

  test.each([
    ['import', 'loads.mjs', 'await import'],
    ['require', 'loads.cjs', 'require'],
  ])('loads every package with %s, and signs an upload for each media host', async (_name, file, load) => {
    const terms = "{ contentType: 'image/png', size: 1, until: new Date(Date.now() + 60_000) }"
    const keys = '{ accessKeyId: "k", secretAccessKey: "s" }'
    writeFileSync(
      join(folder, file),
      `async function main() {
        for (const name of ${JSON.stringify([...tarballs.keys()])}) ${load}(name)
        const { createS3Media } = ${load}('@kith/blob-s3')
        const { S3Client } = ${load}('@aws-sdk/client-s3')
        const { createImageKitMedia } = ${load}('@kith/blob-imagekit')
        const { ImageKit } = ${load}('@imagekit/nodejs')
        const { createCloudinaryMedia } = ${load}('@kith/blob-cloudinary')
        const client = new ImageKit({ privateKey: 'private_k' })
        for (const { direct } of [
          createS3Media({ client: new S3Client({ region: 'eu-central-1', credentials: ${keys} }), bucket: 'pictures', images: {} }),
          createImageKitMedia({ client, publicKey: 'public_k', urlEndpoint: 'https://ik.imagekit.io/i' }),
          createCloudinaryMedia({ account: 'cloudinary://key:secret@cloud' }),
        ]) console.log(new URL((await direct.sign('a', ${terms})).url).host)
      }
      main()`,
    )
    const { stdout } = await run(process.execPath, [join(folder, file)], { cwd: folder })
    expect(stdout).toBe('pictures.s3.eu-central-1.amazonaws.com\nupload.imagekit.io\napi.cloudinary.com\n')
  })

  test('includes the command line, which finds its config and its adapters', async () => {
    const kith = (args: string[]): Promise<{ stdout: string }> =>
      run('npx', ['--no-install', 'kith', ...args], {
        cwd: folder,
        env: {
          ...process.env,
          KITH_SQLITE: join(folder, 'cli.db'),
          KITH_SECRET: 'a secret of at least thirty-two characters',
        },
        shell: process.platform === 'win32',
      })
    expect((await kith(['--help'])).stdout).toContain('kith <command>')
    expect((await kith(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    await kith(['migrate'])
    const { stdout } = await kith(['info', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ config: 'the environment', ready: true })
  })

  test('type-checks both quickstarts, including libraries', async () => {
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
    const { stdout } = await run(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    )
    expect(stdout).toBe('')
  })
})
