import ts from 'typescript'
import { commentOf, readInterface } from './interfaces.ts'

/** A Markdown table for each interface of a file of options, made from its types and comments. */
export function optionTables(path: string, names: readonly string[]): string {
  return names.map((name) => optionTable(path, name)).join('\n\n')
}

/** A Markdown table of the events in `KithEvents`, made likewise. */
export function eventTable(path: string): string {
  const { source, members } = readInterface(path, 'KithEvents')
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const name = member.name.getText(source).replaceAll("'", '')
    return `| \`${name}\` | ${code(fieldsOf(member, source))} | ${commentOf(member).text} |`
  })
  return ['| Event | With `at` and | |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The fields in one line, however many lines they have in the source. */
function fieldsOf({ type }: ts.PropertySignature, source: ts.SourceFile): string {
  const fields = type && ts.isTypeLiteralNode(type) ? type.members : []
  return `{ ${fields.map((field) => field.getText(source).replace(/;$/, '')).join('; ')} }`
}

function typeOf(member: ts.PropertySignature, source: ts.SourceFile): string {
  return (member.type?.getText(source) ?? '').replace(/\s*\|\s*undefined\b/g, '').replace(/\s+/g, ' ')
}

function optionTable(path: string, name: string): string {
  const { source, found, members } = readInterface(path, name)
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const { text, fallback } = commentOf(member)
    const given = member.questionToken ? fallback : '**required**'
    return `| \`${member.name.getText(source)}\` | ${code(typeOf(member, source))} | ${given} | ${text} |`
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
