import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isKithError } from '@kith/core'

/** A separate folder for the files of one case. */
export interface SampleFolder {
  /** Writes a file and returns its path. */
  save(name: string, content: Uint8Array): Promise<string>
  path(name: string): string
  read(name: string): Promise<Buffer>
}

/** Passes a folder to `work` and removes it afterward. */
export async function inFolder<Answer>(work: (folder: SampleFolder) => Promise<Answer>): Promise<Answer> {
  const root = await mkdtemp(join(tmpdir(), 'kith-samples-'))
  const path = (name: string): string => join(root, name)
  try {
    return await work({
      path,
      async save(name, content) {
        await writeFile(path(name), content)
        return path(name)
      },
      read: (name) => readFile(path(name)),
    })
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}

/** Asserts that a call fails with one of these codes of `KithError`. */
export async function assertRefused(
  call: Promise<unknown>,
  what: string,
  codes: readonly string[] = ['media-unreadable'],
): Promise<void> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error !== null, `${what} was taken`)
  const code = isKithError(error) ? error.code : String(error)
  assert.ok(codes.includes(code), `${what} is ${codes.join(' or ')}, and not: ${code}`)
}

/** Asserts that a call fails for a reason other than the content of the file. */
export async function assertFailed(call: Promise<unknown>, what: string): Promise<void> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  )
  assert.ok(error !== null, `${what} was taken`)
  assert.ok(!isKithError(error) || error.code !== 'media-unreadable', `${what} is not unreadable`)
}

/** Asserts that nothing is at this path. */
export function assertNoFile(path: string, what: string): void {
  assert.ok(!existsSync(path), `${what} has left a target`)
}

/** Asserts that none of these strings or bytes is in the file. */
export function assertWithout(content: Buffer, hidden: readonly (string | Uint8Array)[], what: string): void {
  for (const each of hidden) {
    const bytes = typeof each === 'string' ? Buffer.from(each, 'latin1') : Buffer.from(each)
    assert.ok(!content.includes(bytes), `${what} still holds ${bytes.toString('latin1')}`)
  }
}
