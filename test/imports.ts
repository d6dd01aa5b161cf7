import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'

/** All module specifiers in a source text: imports, re-exports and dynamic imports. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName)
}

/** The files below `folder` whose names end in one of `endings`, with relative paths. Empty if the folder does not exist. */
export function readFiles(folder: string, endings: readonly string[]): Map<string, string> {
  const files = new Map<string, string>()
  if (!existsSync(folder)) return files
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (endings.some((ending) => file.endsWith(ending)))
      files.set(file, readFileSync(join(folder, file), 'utf8'))
  }
  return files
}
