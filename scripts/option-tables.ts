import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A Markdown table for each interface of a file of options, made from its types and comments. */
export function optionTables(path: string, names: readonly string[]): string {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  return names.map((name) => optionTable(source, name)).join('\n\n')
}

function optionTable(source: ts.SourceFile, name: string): string {
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  if (!found) throw new TypeError(`${source.fileName} declares no interface ${name}`)
  const rows = found.members.filter(ts.isPropertySignature).map((member) => {
    const { text, fallback } = commentOf(member)
    const type = (member.type?.getText(source) ?? '').replace(/\s*\|\s*undefined\b/g, '').replace(/\s+/g, ' ')
    const given = member.questionToken ? fallback : '**required**'
    return `| \`${member.name.getText(source)}\` | ${code(type)} | ${given} | ${text} |`
  })
  return [
    `**\`${name}\`**: ${commentOf(found).text}`,
    '',
    '| Option | Type | Default | |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function code(type: string): string {
  return `\`${type.replaceAll('|', '\\|')}\``
}

function commentOf(node: ts.Node): { text: string; fallback: string } {
  let text = ''
  let fallback = ''
  for (const part of ts.getJSDocCommentsAndTags(node)) {
    if (!ts.isJSDoc(part)) continue
    text = plain(part.comment)
    const tag = part.tags?.find(({ tagName }) => tagName.text === 'default')
    fallback = plain(tag?.comment)
  }
  return { text, fallback }
}

function plain(comment: string | ts.NodeArray<ts.JSDocComment> | undefined): string {
  const text = typeof comment === 'string' ? comment : ts.getTextOfJSDocComment(comment)
  return (text ?? '')
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/\s+/g, ' ')
    .replaceAll('|', '\\|')
    .trim()
}
