import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { scopes } from '../test/mutation/scopes.ts'
import { startMongo } from '../test/servers/mongo-server.ts'
import { startPostgres } from '../test/servers/postgres-server.ts'
import { breakStatements } from './statement-mutation.ts'

const root = join(import.meta.dirname, '..')
const [name = '', ...options] = process.argv.slice(2)
const scope = scopes[name]
if (!scope) {
  console.error(
    `Usage: pnpm mutation <scope> [options of stryker]\nScopes: ${Object.keys(scopes).join(', ')}`,
  )
  process.exit(2)
}

const folder = join(root, '.cache', 'mutation')
const config = join(folder, `${name}.json`)
const report = join('.cache', 'mutation', `${name}.report.json`)
const earlier = join('.cache', 'mutation', `${name}.earlier.json`)
mkdirSync(folder, { recursive: true })
if (existsSync(join(root, report))) copyFileSync(join(root, report), join(root, earlier))
writeFileSync(
  config,
  JSON.stringify({
    mutate: scope.mutate,
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner', join(root, 'test', 'mutation', 'words.ts')],
    ignorers: ['words'],
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // Code that runs once, when its module is loaded, would have to be loaded again for each mutant.
    ignoreStatic: true,
    ignorePatterns: ['.cache', 'dist', '/bench', '/docs', '/examples', '/test/previous-release'],
    tempDirName: '.cache/mutation/sandbox',
    reporters: ['json', 'clear-text', 'progress-append-only'],
    jsonReporter: { fileName: report },
    // With `--incremental`, results of an earlier run are only recomputed if the file or its tests have changed.
    incrementalFile: earlier,
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    timeoutMS: 5_000,
    disableTypeChecks: false,
    concurrency: 1,
    checkers: [],
    thresholds: { high: 95, low: 95, break: 95 },
  }),
)

const { KITH_TEST_SERVERS: _ours, ...environment } = process.env
const servers = {
  postgres: async () => ({ variable: 'POSTGRES_URI', ...(await startPostgres()) }),
  mongodb: async () => ({ variable: 'MONGODB_URI', ...(await startMongo({ topology: 'replica-set' })) }),
}
// One server for all mutants: each would have to wait for its own.
const server = scope.server ? await servers[scope.server]() : null
const env = { ...environment, KITH_MUTATION_SCOPE: name, ...(server && { [server.variable]: server.uri }) }
const status = scope.statements ? await breakStatements(scope.mutate, env) : await runStryker()
await server?.stop()
process.exit(status)

async function runStryker(): Promise<number> {
  const run = spawn('pnpm', ['exec', 'stryker', 'run', config, ...options], {
    cwd: root,
    stdio: 'inherit',
    env,
  })
  const [code] = (await once(run, 'exit')) as [number | null]
  return code ?? 1
}
