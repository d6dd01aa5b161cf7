import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { fileChunks } from './file-chunks.ts'

const directory = mkdtempSync(join(tmpdir(), 'kith-chunks-'))
const path = join(directory, 'file')
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** How often this process has the file open; always 0 where the system does not tell. */
function handles(): number {
  const all = '/proc/self/fd'
  if (!existsSync(all)) return 0
  return readdirSync(all).filter(
    (name) => existsSync(join(all, name)) && readlinkSync(join(all, name)) === path,
  ).length
}

test.each([0, 1, 256 * 1024, 1_000_000])(
  'a file of %i bytes is read whole, in one memory',
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

test('a file is open while it is read, and not after a reader that stops early or never starts', async () => {
  writeFileSync(path, 'some bytes')
  fileChunks(path)
  expect(handles()).toBe(0)
  for await (const chunk of fileChunks(path)) {
    if (existsSync('/proc/self/fd')) expect(handles()).toBe(1)
    if (chunk.length > 0) break
  }
  expect(handles()).toBe(0)
})
