import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { root } from '../scripts/packages.ts'
import {
  LaunchError,
  demandIntegrity,
  explainNpmFailure,
  fallbackNode,
  isTooOld,
  pnpmIntegrity,
  pnpmVersion,
} from '../scripts/toolchain.mjs'

test.each(['v18.20.8', 'v20.20.2', 'v21.9.0', 'v22.0.0', 'v22.12.0', '22.9.0'])(
  '%s is too old',
  (version) => {
    expect(isTooOld(version)).toBe(true)
  },
)

test.each(['v22.13.0', 'v22.23.3', 'v23.0.0', 'v24.21.0', '26.10.0', 'v100.0.0-nightly'])(
  '%s is new enough',
  (version) => {
    expect(isTooOld(version)).toBe(false)
  },
)

test('the Node that is fetched is new enough', () => {
  expect(isTooOld(fallbackNode)).toBe(false)
})

test('the pnpm version is read from package.json, with or without a hash', () => {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { packageManager: string }
  expect(manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+\+sha512\.[\da-f]{128}$/)
  expect(manifest.packageManager.split('+')[0]).toBe(`pnpm@${pnpmVersion(manifest)}`)
  expect(pnpmVersion({ packageManager: 'pnpm@10.1.2+sha512.abc' })).toBe('10.1.2')
  expect(() => pnpmVersion({ packageManager: 'yarn@4.0.0' })).toThrow(LaunchError)
  expect(() => pnpmVersion({})).toThrow(LaunchError)
})

test('a pnpm tarball that does not match package.json is refused before it runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'kith-toolchain-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const hash = 'ab'.repeat(64)
  const manifest = { packageManager: `pnpm@10.1.2+sha512.${hash}` }
  const npmInstalled = (integrity: string) => {
    const packages = { 'node_modules/pnpm': { version: '10.1.2', integrity } }
    writeFileSync(join(folder, '.package-lock.json'), JSON.stringify({ packages }))
    demandIntegrity(folder, manifest)
  }
  const asked = pnpmIntegrity(manifest) ?? ''
  expect(asked).toBe(`sha512-${Buffer.from(hash, 'hex').toString('base64')}`)
  npmInstalled(asked)
  expect(() => npmInstalled(asked.replace('q', 'Q'))).toThrow(LaunchError)
  expect(pnpmIntegrity({ packageManager: 'pnpm@10.1.2' })).toBeNull()
})

test.each([
  [
    'npm error code ENOTFOUND\nnpm error network request failed',
    /no network \(ENOTFOUND\)\. Connect and try again\.$/,
  ],
  [
    'npm error code EBADPLATFORM',
    /^npm has no Node 24\.21\.0 for \S+ \S+: install Node 22\.13\.0 or newer yourself\.$/,
  ],
  [
    'npm warn x\nnpm error code E404\nnpm error 404',
    /^Could not fetch pnpm@1\.0\.0 from npm: npm error code E404$/,
  ],
  ['', /npm failed without a message$/],
])('a failure of npm becomes one line: %j', (stderr, expected) => {
  expect(explainNpmFailure('pnpm@1.0.0', stderr)).toMatch(expected)
  expect(explainNpmFailure('pnpm@1.0.0', stderr)).not.toContain('\n')
})
