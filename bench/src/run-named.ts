import { existsSync, readdirSync } from 'node:fs'

/** Runs the script of a folder that the command line names, or lists the available ones and exits with 2. */
export async function runNamed(command: string, folder: URL): Promise<void> {
  const [name = ''] = process.argv.slice(2)
  const file = new URL(`${name}.ts`, folder)
  if (/^[a-z-]+$/.test(name) && existsSync(file)) {
    await import(file.href)
    return
  }
  const names = readdirSync(folder).flatMap((entry) => /^(.+)\.ts$/.exec(entry)?.[1] ?? [])
  console.error(`Usage: pnpm --filter @kith/bench ${command} <name>, with one of:\n${names.join('\n')}`)
  process.exitCode = 2
}
