import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { goProgram } from './go-program.ts'

const module = 'example.org/some/tool@v1.2.3'

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-go-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

test('of several at once one compiles, and what is there is used', async () => {
  const parent = freshFolder()
  let compiled = 0
  const compile = async (_module: string, folder: string): Promise<void> => {
    compiled++
    await sleep(50)
    writeFileSync(join(folder, 'tool'), 'whole')
  }
  const make = (): Promise<string> => goProgram(module, 'go', { parent, compile })
  const programs = await Promise.all([make(), make(), make()])
  expect(new Set([...programs, await make()])).toEqual(new Set([join(parent, 'tool-v1.2.3', 'tool')]))
  expect(readFileSync(programs[0] ?? '', 'utf8')).toBe('whole')
  expect(compiled).toBe(1)
})

test('what cannot be compiled is said, and tried again the next time', async () => {
  const parent = freshFolder()
  await expect(goProgram('example.org/none@v0.0.1', 'no-such-go', { parent })).rejects.toThrow()
  const compile = async (_module: string, folder: string): Promise<void> =>
    writeFileSync(join(folder, 'none'), '')
  expect(await goProgram('example.org/none@v0.0.1', 'go', { parent, compile })).toContain('none-v0.0.1')
})
