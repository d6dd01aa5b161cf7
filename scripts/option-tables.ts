import { readFileSync } from 'node:fs'
import ts from 'typescript'

/** A Markdown table for each interface of a file of options, made from its types and comments. */
export function optionTables(path: string, names: readonly string[]): string {
  return names.map((name) => optionTable(path, name)).join('\n\n')
}

/** A Markdown table of the events in `KithEvents`, made likewise. */
export function eventTable(path: string): string {
  const { source, members } = readInterface(path, 'KithEvents')
  const rows = members.map((member) => {
    const name = member.name.getText(source).replaceAll("'", '')
    return `| \`${name}\` | ${code(fieldsOf(member, source))} | ${commentOf(member).text} |`
  })
  return ['| Event | With `at` and | |', '| --- | --- | --- |', ...rows].join('\n')
}

interface ReadInterface {
  source: ts.SourceFile
  found: ts.InterfaceDeclaration
  members: readonly ts.PropertySignature[]
}

function readInterface(path: string, name: string): ReadInterface {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true)
  const found = source.statements.find(
    (statement): statement is ts.InterfaceDeclaration =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === name,
  )
  if (!found) throw new TypeError(`${source.fileName} declares no interface ${name}`)
  return { source, found, members: found.members.filter(ts.isPropertySignature) }
}

/** The fields in one line, however many lines they have in the source. */
function fieldsOf({ type }: ts.PropertySignature, source: ts.SourceFile): string {
  const fields = type && ts.isTypeLiteralNode(type) ? type.members : []
  return `{ ${fields.map((field) => field.getText(source).replace(/;$/, '')).join('; ')} }`
}

function typeOf(member: ts.PropertySignature, source: ts.SourceFile): string {
  return (member.type?.getText(source) ?? '').replace(/\s*\|\s*undefined\b/g, '').replace(/\s+/g, ' ')
}

/** Type parameters as what they are for whoever gives an option: what they extend, and nothing where they are passed on. */
function withoutParameters(type: string, found: ts.InterfaceDeclaration): string {
  return (found.typeParameters ?? []).reduce((text, { name, constraint }) => {
    const passedOn = new RegExp(`<[\\w, ]*\\b${name.text}\\b[\\w, ]*>`)
    return text === name.text ? (constraint?.getText() ?? text) : text.replace(passedOn, '')
  }, type)
}

function optionTable(path: string, name: string): string {
  const { source, found, members } = readInterface(path, name)
  const rows = members.map((member) => {
    const { text, fallback } = commentOf(member)
    const given = member.questionToken ? fallback : '**required**'
    return `| \`${member.name.getText(source)}\` | ${code(withoutParameters(typeOf(member, source), found))} | ${given} | ${text} |`
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
