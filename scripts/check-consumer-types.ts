// Installs the packed tarballs beside one version of TypeScript and type-checks an app against them, libraries included.
import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './packages.ts'
import { packAll } from './tarballs.ts'

const version = process.argv[2]
if (!version) throw new TypeError('Usage: check-consumer-types.ts VERSION')

const folder = mkdtempSync(join(tmpdir(), 'kith-consumer-'))
try {
  const tarballs = await packAll(join(folder, 'tarballs'))
  for (const name of ['express', 'fastify']) {
    cpSync(join(root, 'examples', `${name}-minimal`, 'src', 'server.ts'), join(folder, `${name}.ts`))
  }
  const strict = {
    module: 'NodeNext',
    target: 'ES2023',
    strict: true,
    exactOptionalPropertyTypes: true,
    types: ['node'],
    noEmit: true,
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: strict, files: ['express.ts', 'fastify.ts'] }),
  )
  const needed = [`typescript@${version}`, '@types/node@22', '@types/express@5', 'express@5', 'fastify@5']
  npm(['install', '--no-audit', '--no-fund', '--silent', ...needed, ...tarballs.values()])
  npm(['exec', '--', 'tsc', '-p', '.'])
  console.log(`TypeScript ${version}: ok`)
} finally {
  rmSync(folder, { recursive: true })
}

function npm(args: readonly string[]): void {
  execFileSync('npm', args, { cwd: folder, stdio: 'inherit', shell: process.platform === 'win32' })
}
