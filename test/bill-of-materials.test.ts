import { JsonStrictValidator } from '@cyclonedx/cyclonedx-library/Validation'
import { Version } from '@cyclonedx/cyclonedx-library/Spec'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { billOfMaterials } from '../scripts/bill-of-materials.ts'
import { listPackages, root } from '../scripts/packages.ts'

const packages = listPackages()
const made = '2026-11-28T12:00:00.000Z'
const validator = new JsonStrictValidator(Version.v1dot6)

test.each(packages)(
  'the bill of $folder is CycloneDX 1.6 and lists the dependencies of its manifest',
  async (each) => {
    const bill = billOfMaterials(each, made)
    expect(await validator.validate(JSON.stringify(bill))).toBeNull()
    const names = bill.components.map(({ name }) => name)
    const { dependencies = {}, peerDependencies = {} } = each.manifest
    expect(names).toEqual(expect.arrayContaining(Object.keys({ ...dependencies, ...peerDependencies })))
    const installed = bill.components.filter(({ name }) => !name.startsWith('@kith/'))
    expect(installed.filter(({ hashes }) => hashes === undefined)).toEqual([])
    const refs = new Set(
      [...bill.components, bill.metadata.component].map((component) => component['bom-ref']),
    )
    expect(
      bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]).filter((ref) => !refs.has(ref)),
    ).toEqual([])
  },
)

test('the versions in a bill are the installed ones', () => {
  const core = packages.find(({ folder }) => folder === 'core')
  const bill = core && billOfMaterials(core, made)
  for (const name of ['@node-rs/argon2', 'jose', 'zod']) {
    const path = join(root, 'packages', 'core', 'node_modules', name, 'package.json')
    const { version, license } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
    expect(bill?.components.find((component) => component.name === name)).toMatchObject({
      version,
      scope: 'required',
      licenses: [{ expression: license }],
    })
  }
})

test('an optional peer is marked as optional, and test dependencies are not included', () => {
  const scopeOf = (folder: string, component: string): string | undefined => {
    const found = packages.find((each) => each.folder === folder)
    const components = (found && billOfMaterials(found, made).components) ?? []
    return components.find(({ name }) => name === component)?.scope
  }
  expect(scopeOf('core', '@opentelemetry/api')).toBe('optional')
  expect(scopeOf('media-sharp', 'sharp')).toBe('required')
  expect(scopeOf('media-sharp', 'fast-check')).toBeUndefined()
})

test('the validator rejects a bill that is not CycloneDX', async () => {
  const core = packages.find(({ folder }) => folder === 'core')
  if (!core) throw new Error('no core')
  const bill = billOfMaterials(core, made)
  expect(
    await validator.validate(JSON.stringify({ ...bill, components: [{ type: 'thing', name: 'a' }] })),
  ).not.toBeNull()
  expect(await validator.validate(JSON.stringify({ ...bill, serialNumber: 'seven' }))).not.toBeNull()
})

test('the same release has the same bill, and another release a different one', () => {
  const core = packages.filter(({ folder }) => folder === 'core')
  const bills = [made, made, '2026-11-29T12:00:00.000Z'].map((at) =>
    core.map((each) => billOfMaterials(each, at)),
  )
  expect(bills[0]).toEqual(bills[1])
  expect(bills[0]?.[0]?.serialNumber).not.toBe(bills[2]?.[0]?.serialNumber)
})
