import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'

const maker = fileURLToPath(new URL('venv-maker.ts', import.meta.url))

function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-venv-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function startMaker(folder: string, requirement: string, hangsAt = ''): ChildProcess {
  const flags = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning']
  return spawn(process.execPath, [...flags, maker, folder, requirement, hangsAt], { stdio: 'ignore' })
}

async function make(folder: string, requirement = 'server'): Promise<number | null> {
  const [code] = (await once(startMaker(folder, requirement), 'exit')) as [number | null]
  return code
}

function journalOf(folder: string): string[] {
  return readFileSync(join(folder, 'journal'), 'utf8').trimEnd().split('\n')
}

function programIn(folder: string, name = 'server'): string {
  return readFileSync(join(folder, 'venv', 'bin', name), 'utf8')
}

test('of several processes at once one makes the environment, and all wait for it', async () => {
  const folder = freshFolder()
  const finished = Array.from({ length: 4 }, async () => {
    expect(await make(folder)).toBe(0)
    expect(programIn(folder)).toBe('whole')
  })
  await Promise.all(finished)
  expect(journalOf(folder)).toEqual(['create', 'install server'])
})

test('what is there is used, and another requirement is added to it', async () => {
  const folder = freshFolder()
  for (const name of ['server', 'server', 'other', 'server']) expect(await make(folder, name)).toBe(0)
  expect(journalOf(folder)).toEqual(['create', 'install server', 'install other'])
})

test.each(['create', 'install server'])(
  'what a process killed during "%s" left is made anew',
  async (step) => {
    const folder = freshFolder()
    const child = startMaker(folder, 'server', step)
    while (!existsSync(join(folder, 'journal')) || journalOf(folder).at(-1) !== step) await sleep(20)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await make(folder)).toBe(0)
    expect(programIn(folder)).toBe('whole')
    expect(journalOf(folder).slice(-2)).toEqual(['create', 'install server'])
  },
)

test('an environment whose Python is gone is made anew', async () => {
  const folder = freshFolder()
  expect(await make(folder)).toBe(0)
  rmSync(join(folder, 'venv', 'bin', 'python'))
  expect(await make(folder)).toBe(0)
  expect(journalOf(folder).filter((line) => line === 'create')).toHaveLength(2)
})

test('what cannot be installed leaves the rest in place', async () => {
  const folder = freshFolder()
  expect(await make(folder)).toBe(0)
  expect(await make(folder, 'impossible')).toBe(1)
  expect(await make(folder)).toBe(0)
  expect(journalOf(folder)).toEqual(['create', 'install server'])
})
