import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { inTemporaryFolder, sweepTemporaryFolders } from './temporary-folder.ts'

const root = mkdtempSync(join(tmpdir(), 'kith-folders-'))
const isRoot = process.getuid?.() === 0
const nobody = 65_534
let count = 0

afterAll(() => rmSync(root, { recursive: true }))

function makeDirectory(mode = 0o700): string {
  const directory = join(root, `${count++}`)
  mkdirSync(directory)
  chmodSync(directory, mode)
  return directory
}

describe('a temporary folder', () => {
  test('is private to this user and is removed afterwards', async () => {
    const folder = await inTemporaryFolder(tmpdir(), async (path) => {
      expect(lstatSync(path).mode & 0o777).toBe(0o700)
      return path
    })
    expect(existsSync(folder)).toBe(false)
  })

  test('creates its parent directory, private to this user', async () => {
    const directory = join(root, 'new')
    await inTemporaryFolder(directory, async () => {})
    expect(lstatSync(directory).mode & 0o777).toBe(0o700)
  })

  test.each([0o777, 0o770])(
    'is not created in a directory with mode %o, whose entries others can move',
    async (mode) => {
      const making = inTemporaryFolder(makeDirectory(mode), async () => {})
      await expect(making).rejects.toThrow(/can be changed by other users.*mode 0700/)
    },
  )

  test('is created in a directory like /tmp, where only owners can move their entries', async () => {
    await inTemporaryFolder(makeDirectory(0o1777), async () => {})
  })

  test.runIf(isRoot)(
    "is not created in another user's directory, nor through another user's link",
    async () => {
      const theirs = makeDirectory()
      chownSync(theirs, nobody, nobody)
      await expect(inTemporaryFolder(theirs, async () => {})).rejects.toThrow(TypeError)
      const link = join(makeDirectory(0o1777), 'kith')
      symlinkSync(makeDirectory(), link)
      await inTemporaryFolder(link, async () => {})
      rmSync(link)
      symlinkSync(theirs, link)
      await expect(inTemporaryFolder(link, async () => {})).rejects.toThrow(TypeError)
    },
  )
})

test('sweeping removes old folders of this user and follows no links', async () => {
  const directory = makeDirectory(0o1777)
  const [outside, old, fresh, foreign] = [
    makeDirectory(),
    'kith-file-old',
    'kith-file-new',
    'kith-file-theirs',
  ]
  for (const name of [old, fresh, foreign, 'others']) mkdirSync(join(directory, name))
  mkdirSync(join(outside, 'kept'))
  symlinkSync(outside, join(directory, 'kith-file-link'))
  const before = new Date(Date.now() - 7_200_000)
  for (const name of [old, foreign, 'others', 'kith-file-link'])
    utimesSync(join(directory, name), before, before)
  if (isRoot) chownSync(join(directory, foreign), nobody, nobody)
  await sweepTemporaryFolders(directory)
  expect(existsSync(join(directory, old))).toBe(false)
  for (const name of [fresh, 'others', 'kith-file-link']) expect(existsSync(join(directory, name))).toBe(true)
  expect(existsSync(join(outside, 'kept'))).toBe(true)
  expect(existsSync(join(directory, foreign))).toBe(isRoot)
})
