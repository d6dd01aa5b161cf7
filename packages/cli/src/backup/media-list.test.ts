import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readList } from './media-list.ts'

test.each(['../../../etc/passwd', '/etc/passwd', 'a/b', '', 7, null])(
  'a list that names %j does not leave its folder',
  async (id) => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-list-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'media.jsonl'), `${JSON.stringify({ id, file: null, missing: false })}\n`)
    await expect(readList(folder).next()).rejects.toThrow('has a medium whose id is not from Kith')
  },
)
