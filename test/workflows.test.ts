import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root } from '../scripts/packages.ts'
import { readFiles } from './imports.ts'

const workflows = [...readFiles(join(root, '.github', 'workflows'), ['.yml'])]

/** The lines by which foreign code comes in: actions, images, containers started by hand. */
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

test.each(workflows)('%s runs only what is pinned by hash, and starts without permissions', (_file, text) => {
  expect(comingIn(text).length).toBeGreaterThan(0)
  expect(comingIn(text).filter((line) => !isPinned(line))).toEqual([])
  expect(text).toMatch(/^permissions: \{\}$/m)
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
])('%j would be noticed', (line) => {
  expect(comingIn(line).map(isPinned)).toEqual([false])
})

describe('the job that brings MongoDB and Redis', () => {
  const text = workflows.find(([file]) => file.endsWith('ci.yml'))?.[1] ?? ''
  const job = /^ {2}servers:\n(?: {4}.*\n|\n)*/m.exec(text)?.[0] ?? ''

  test('gives the suites the addresses of what it starts', () => {
    expect(job).toMatch(/image: redis:8\./)
    expect(job).toMatch(/REDIS_URL: redis:\/\/127\.0\.0\.1:6379$/m)
    expect(job).toContain("'6379:6379'")
    expect(job).toMatch(/MONGO_IMAGE: mongo:8\./)
    expect(job).toMatch(/MONGODB_URI: mongodb:\/\/127\.0\.0\.1:27017\/\?replicaSet=kith$/m)
    expect(job).toContain('--publish 127.0.0.1:27017:27017')
    expect(job).toContain('--replSet kith')
    expect(job).toContain('rs.initiate({ _id: "kith", members: [{ _id: 0, host: "127.0.0.1:27017" }] })')
  })

  test('runs all of npm test, with nothing that makes it look elsewhere', () => {
    expect(job).toMatch(/^ {6}- run: npm test$/m)
    expect(job).not.toContain('KITH_TEST_SERVERS')
  })
})
