import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'
import { listPackages } from '../scripts/packages.ts'

/** All names that the entries of our packages export; a type has `type` before it. */
function exportedNames(): Record<string, string[]> {
  const entries = listPackages().flatMap(({ path, manifest }) =>
    Object.entries(manifest.exports).flatMap(([entry, targets]) =>
      typeof targets === 'string'
        ? []
        : [{ name: join(manifest.name, entry), file: join(path, targets['@kith/source'] ?? '') }],
    ),
  )
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    {
      module: ts.ModuleKind.NodeNext,
      customConditions: ['@kith/source'],
      allowImportingTsExtensions: true,
      noEmit: true,
    },
  )
  const checker = program.getTypeChecker()
  return Object.fromEntries(
    entries.map(({ name, file }) => {
      const source = program.getSourceFile(file)
      const module = source && checker.getSymbolAtLocation(source)
      const symbols = module ? checker.getExportsOfModule(module) : []
      return [name, symbols.map((symbol) => display(symbol, checker)).sort()]
    }),
  )
}

function display(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return target.flags & ts.SymbolFlags.Value ? symbol.name : `type ${symbol.name}`
}

const names = exportedNames()

test('each entry exports something, each name once', () => {
  for (const [entry, exported] of Object.entries(names)) {
    expect(exported.length, entry).toBeGreaterThan(0)
    expect(new Set(exported).size, entry).toBe(exported.length)
  }
})
