import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileChunks } from './file-chunks.ts'

const directory = mkdtempSync(join(tmpdir(), 'kith-chunks-'))
const path = join(directory, 'file')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** How many file descriptors of this process are open on the file; always 0 if the system does not report them. */
function handles(): number {
  const all = '/proc/self/fd'
  if (!existsSync(all)) return 0
  return readdirSync(all).filter(
    (name) => existsSync(join(all, name)) && readlinkSync(join(all, name)) === path,
  ).length
}

test.each([0, 1, 256 * 1024, 1_000_000])(
  'a file of %i bytes is read completely, with one reused buffer',
  async (length) => {
    const content = Buffer.from(Array.from({ length }, (_, index) => index % 251))
    writeFileSync(path, content)
    const [copies, memory] = [[] as Buffer[], new Set<ArrayBufferLike>()]
    for await (const chunk of fileChunks(path)) {
      copies.push(Buffer.from(chunk))
      memory.add(chunk.buffer)
    }
    expect(Buffer.concat(copies).equals(content)).toBe(true)
    expect(memory.size).toBe(length === 0 ? 0 : 1)
  },
)

test('a file is open only while it is read, even if the reader stops early or never starts', async () => {
  writeFileSync(path, 'some bytes')
  fileChunks(path)
  expect(handles()).toBe(0)
  for await (const chunk of fileChunks(path)) {
    if (existsSync('/proc/self/fd')) expect(handles()).toBe(1)
    if (chunk.length > 0) break
  }
  expect(handles()).toBe(0)
})
