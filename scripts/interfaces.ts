import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** An interface in a source file. */
export interface FoundInterface {
  source: ts.SourceFile
  found: ts.InterfaceDeclaration
  members: readonly ts.TypeElement[]
}

/** Finds an interface in a file, or returns null if the file declares none with this name. */
export function findInterface(path: string, name: string): FoundInterface | null {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  return found ? { source, found, members: found.members } : null
}

/** Finds an interface that must exist. @throws TypeError if it does not */
export function readInterface(path: string, name: string): FoundInterface {
  const found = findInterface(path, name)
  if (!found) throw new TypeError(`${path} declares no interface ${name}`)
  return found
}

/** The contents of a comment. */
export interface Comment {
  text: string
  /** Its `@default`. */
  fallback: string
  /** Its `@throws`. */
  throws: string
}

/** The comment above a declaration, with each part in one line that fits in a table. */
export function commentOf(node: ts.Node): Comment {
  const comment: Comment = { text: '', fallback: '', throws: '' }
  for (const part of ts.getJSDocCommentsAndTags(node)) {
    if (!ts.isJSDoc(part)) continue
    comment.text = plain(part.comment)
    const tag = (name: string): string =>
      plain(part.tags?.find(({ tagName }) => tagName.text === name)?.comment)
    comment.fallback = tag('default')
    comment.throws = tag('throws')
  }
  return comment
}

function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  const text = typeof comment === 'string' ? comment : ts.getTextOfJSDocComment(comment)
  return (text ?? '')
    .replace(/\{@link ([\w.]+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
