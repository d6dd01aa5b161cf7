// Installs the packed tarballs beside one version of TypeScript and type-checks both quickstarts, libraries included.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { installConsumer, npm } from './consumer.ts'
import { packAll } from './tarballs.ts'

const version = process.argv[2]
if (!version) throw new TypeError('Usage: check-consumer-types.ts VERSION')

const folder = mkdtempSync(join(tmpdir(), 'kith-consumer-'))
try {
  const tarballs = await packAll()
  await installConsumer(folder, [...tarballs.values(), `typescript@${version}`])
  await npm(folder, ['exec', '--', 'tsc', '-p', '.'])
  console.log(`TypeScript ${version}: ok`)
} catch (error) {
  console.error((error as { stdout?: string }).stdout ?? error)
  process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true })
}
