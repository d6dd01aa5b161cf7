import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** All module specifiers that a source text imports, exports from or imports dynamically. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The files below `folder` whose name ends in one of `endings`, by path relative to it. Empty where there is no such folder. */
export function readFiles(folder: string, endings: readonly string[]): Map<string, string> {
  const files = new Map<string, string>()
  if (!existsSync(folder)) return files
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (endings.some((ending) => file.endsWith(ending)))
      files.set(file, readFileSync(join(folder, file), 'utf8'))
  }
  return files
}
