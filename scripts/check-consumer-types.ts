// Installs the packed tarballs with each version of TypeScript, or the given ones, and type-checks both quickstarts,
// libraries included.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installConsumer, npm, typescriptVersions } from './consumer.ts'
import { packAll } from './tarballs.ts'

const named = process.argv.slice(2)
const tarballs = await packAll()
for (const version of named.length > 0 ? named : typescriptVersions) await check(version)

async function check(version: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'kith-consumer-'))
  try {
    await installConsumer(folder, [...tarballs.values(), `typescript@${version}`])
    await npm(folder, ['exec', '--', 'tsc', '-p', '.'])
    console.log(`TypeScript ${version}: ok`)
  } catch (error) {
    console.error(`TypeScript ${version}: ${(error as { stdout?: string }).stdout ?? String(error)}`)
    process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true })
  }
}
