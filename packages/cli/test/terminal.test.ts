import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { createProject, ended, nodeFlags, type Project, type Run } from './run-kith.ts'

const python = spawnSync('python3', ['-c', 'import pty']).status === 0

/** Runs `kith` in a terminal, where both outputs are combined. */
async function inTerminal(
  { folder, env }: Project,
  args: readonly string[],
  {
    waitFor = '',
    reply = '',
    more = {},
  }: { waitFor?: string; reply?: string; more?: Record<string, string> },
): Promise<Run> {
  const script = fileURLToPath(new URL('../src/kith.ts', import.meta.url))
  const terminal = fileURLToPath(new URL('in-terminal.py', import.meta.url))
  const command = [process.execPath, ...nodeFlags, script, ...args]
  const child = spawn('python3', [terminal, waitFor, reply, ...command], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', TERM: 'xterm', ...env, ...more },
  })
  return await ended(child)
}

async function withAda(): Promise<Project> {
  const project = createProject()
  await project.kith(['migrate'])
  await project.kith(['import', '-'], { input: '{"username":"ada","passwordHash":null}\n' })
  return project
}

// Only Python can open a terminal without a package with native code.
describe.skipIf(!python)('in a terminal', () => {
  test('asks before irreversible actions, and accepts a no', async () => {
    const project = await withAda()
    const no = await inTerminal(project, ['ban', 'ada'], { waitFor: '[y/N]', reply: '\n' })
    expect([no.code, no.stdout]).toEqual([1, expect.stringContaining('Nothing was changed.')])
    const yes = await inTerminal(project, ['ban', 'ada'], { waitFor: '[y/N]', reply: 'y\n' })
    expect([yes.code, yes.stdout]).toEqual([0, expect.stringContaining('is banned')])
  })

  test('Ctrl-C at the question exits with 130, and nothing is changed', async () => {
    const project = await withAda()
    const run = await inTerminal(project, ['ban', 'ada'], { waitFor: '[y/N]', reply: '\\x03' })
    expect([run.code, run.stdout]).toEqual([130, expect.stringContaining('Interrupted')])
    expect((await project.kith(['unban', 'ada'])).stdout).toContain('was not banned')
  })

  test('shows a bar for long work, and removes it', async () => {
    const project = await withAda()
    const lines = Array.from(
      { length: 8_000 },
      (_, index) => `{"username":"user${index}","passwordHash":null}\n`,
    )
    project.write('users.jsonl', lines.join(''))
    const { code, stdout } = await inTerminal(project, ['import', 'users.jsonl'], {})
    expect(code).toBe(0)
    expect(stdout).toMatch(/\rImporting {2}[█░]+ {3}\d+ %|\rImporting {2}[█░]+ +\d+ %/)
    expect(stdout.endsWith('\r\x1b[KImported 8,000 accounts.\r\n')).toBe(true)
  })

  test('colors help, but not with NO_COLOR', async () => {
    const project = createProject()
    expect((await inTerminal(project, ['--help'], {})).stdout).toContain('\x1b[1m')
    expect((await inTerminal(project, ['--help'], { more: { NO_COLOR: '1' } })).stdout).not.toContain('\x1b')
  })
})

test('without a terminal there are no colors, no bar and no question', async () => {
  const project = await withAda()
  const lines = Array.from(
    { length: 3_000 },
    (_, index) => `{"username":"user${index}","passwordHash":null}\n`,
  )
  const run = await project.kith(['import', '-'], { input: lines.join('') })
  expect(run.stdout + run.stderr).toBe('Imported 3,000 accounts.\n')
  expect((await project.kith(['--help'])).stdout).not.toContain('\x1b')
  expect((await project.kith(['doctor'])).stdout).not.toContain('\x1b')
})

test('a reader that stops early does not cause an error with a stack', async () => {
  const project = await withAda()
  const child = project.start(['export', 'ada'])
  child.stdout?.destroy()
  const run = await ended(child)
  expect(run.stderr).not.toMatch(/EPIPE|^\s+at /m)
})

test.each([
  [[], 2, /The command is missing/],
  [['impotr'], 2, /Did you mean `kith import`/],
  [['info', '--jsn'], 2, /Did you mean --json/],
])('%j exits with %i', async (args, code, message) => {
  const run = await createProject().kith(args)
  expect([run.code, run.stdout, run.stderr]).toEqual([code, '', expect.stringMatching(message)])
})

test('shows its version and its help without a config', async () => {
  const project = createProject()
  const env = { KITH_SECRET: '', KITH_SQLITE: '' }
  expect((await project.kith(['--version'], { env })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
  const help = await project.kith(['verify', 'counts', '--help'], { env })
  expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('kith verify counts')])
  expect(existsSync(project.database)).toBe(false)
})
