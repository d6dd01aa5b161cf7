// Runs publint and attw on the packed tarballs: they check what npm users get, not the contents of the folder.
import { execFile } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { root } from './packages.ts'
import { packAll } from './tarballs.ts'

const tools: readonly (readonly string[])[] = [
  ['publint', '--strict'],
  ['attw', '--profile', 'esm-only', '--no-emoji', '--format', 'ascii'],
]

const checks = [...(await packAll()).values()].flatMap((tarball) => tools.map((tool) => [...tool, tarball]))
await forEachInParallel(checks, async ([tool = '', ...args]) => {
  const output = await check(tool, args)
  if (output !== null) {
    console.error(output)
    process.exitCode = 1
  }
})

function check(tool: string, args: readonly string[]): Promise<string | null> {
  // Without `pnpm exec`, which would take as long as the check.
  const program = join(root, 'node_modules', '.bin', tool)
  return new Promise((done) => {
    execFile(program, args, { cwd: root, shell: process.platform === 'win32' }, (error, stdout, stderr) => {
      done(error ? `${tool} ${args.join(' ')}\n${stdout}${stderr}` : null)
    })
  })
}

/** Calls `work` for all items, as many at a time as there are processors. */
async function forEachInParallel<Item>(
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = [...items]
  async function drain(): Promise<void> {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, drain))
}
