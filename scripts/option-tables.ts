import { auditActions, durability } from '@kith/core'
import ts from 'typescript'
import { commentOf, readInterface } from './interfaces.ts'

/** A Markdown table for each interface of an options file, generated from its types and comments. */
export function optionTables(path: string, names: readonly string[]): string {
  return names.map((name) => optionTable(path, name)).join('\n\n')
}

/** A Markdown table of the events in `KithEvents`, generated in the same way, with their durability from core. */
export function eventTable(path: string): string {
  const { source, members } = readInterface(path, 'KithEvents')
  const reasons = new Map<string, true | string>(Object.entries(durability))
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const name = member.name.getText(source).replaceAll("'", '')
    const [reason, { text }] = [reasons.get(name), commentOf(member)]
    if (reason === undefined || text === '')
      throw new TypeError(`Nothing says when ${name} is raised, or whether it can be durable`)
    const durable = reason === true ? 'yes' : `no. ${reason}`
    return `| \`${name}\` | ${code(fieldsOf(member, source))} | ${text} | ${durable} |`
  })
  if (rows.length !== reasons.size) throw new TypeError('There is durability of events that do not exist')
  return ['| Event | Payload | When | Durable |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** A Markdown table of the actions in the audit log: the events of `auditActions`, with the part of their payload in an entry. */
export function auditTable(path: string): string {
  const { source, members } = readInterface(path, 'KithEvents')
  const events = new Map(
    members
      .filter(ts.isPropertySignature)
      .map((member) => [member.name.getText(source).replaceAll("'", ''), member] as const),
  )
  const rows = auditActions.map((action) => {
    const event = events.get(action)
    if (!event) throw new TypeError(`There is no event ${action}`)
    return `| \`${action}\` | ${commentOf(event).text} | ${code(fieldsOf(event, source, besideDetails))} |`
  })
  return ['| Action | When | `details` |', '| --- | --- | --- |', ...rows].join('\n')
}

/** Fields of events that are next to the details of an entry. */
const besideDetails: readonly string[] = ['userId', 'address', 'userAgent']

/** A Markdown table of the policies in `PolicyInputs`, generated in the same way. */
export function policyTable(path: string): string {
  const { source, members } = readInterface(path, 'PolicyInputs')
  const rows = members.filter(ts.isPropertySignature).map((member) => {
    const name = member.name.getText(source).replaceAll("'", '')
    return `| \`${name}\` | ${commentOf(member).text} | ${code(typeOf(member, source))} |`
  })
  return ['| Policy | Is asked when | `input` |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The fields in one line, however many lines they have in the source. */
function fieldsOf(
  { type }: ts.PropertySignature,
  source: ts.SourceFile,
  but: readonly string[] = [],
): string {
  const all = type && ts.isTypeLiteralNode(type) ? [...type.members] : []
  const fields = all.filter(({ name }) => !but.includes(name?.getText(source) ?? ''))
  if (fields.length === 0) return '{}'
  return `{ ${fields.map((field) => field.getText(source).replace(/;$/, '')).join('; ')} }`
}

function typeOf(member: ts.PropertySignature, source: ts.SourceFile): string {
  return (member.type?.getText(source) ?? '').replace(/\s*\|\s*undefined\b/g, '').replace(/\s+/g, ' ')
}

/** Type parameters as users of an option see them: their constraint, or nothing where they are passed on. */
function withoutParameters(type: string, found: ts.InterfaceDeclaration): string {
  return (found.typeParameters ?? []).reduce((text, { name, constraint }) => {
    const passedOn = new RegExp(`<[\\w, ]*\\b${name.text}\\b[\\w, ]*>`)
    return text === name.text ? (constraint?.getText() ?? text) : text.replace(passedOn, '')
  }, type)
}

function optionTable(path: string, name: string): string {
  const { source, found, members } = readInterface(path, name)
  const rows = members.filter(ts.isPropertySignature).map((member) => {
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
