import { dirname, join } from 'node:path'
import { type ErrorCode, errorTable } from '@kith/core'
import ts from 'typescript'
import { commentOf, type FoundInterface, findInterface, readInterface } from './interfaces.ts'
import { root } from './packages.ts'

/** A method that host code can call. */
interface ServiceMethod {
  /** The name in a call: `accounts.register`, `ready`. */
  name: string
  signature: string
  /** The text of its comment, without tags. */
  text: string
  /** The text of its `@throws`. */
  throws: string
}

/**
 * A service of `Kith`, or the members of an interface that it extends, under the same name; the methods of `Kith` itself are those of
 * `kith`.
 */
export interface Service {
  name: string
  text: string
  methods: ServiceMethod[]
}

/** Reads the services from the interface `Kith` and the interfaces that it names. */
export function readServices(): Service[] {
  const path = join(root, 'packages/core/src/kith.ts')
  const { source, found, members } = readInterface(path, 'Kith')
  const own: Service = { name: 'kith', text: commentOf(found).text, methods: [] }
  const services: Service[] = []
  for (const member of members) {
    if (ts.isMethodSignature(member)) own.methods.push(describe(member, 'kith'))
    if (!ts.isPropertySignature(member) || !member.type) continue
    const name = member.name.getText()
    const parts = readService(name, member.type, source)
    if (parts.length > 0) services.push(...parts)
    else own.methods.push(describe(member, 'kith'))
  }
  return [...services, own]
}

/** Reads the interface of a member of `Kith`, and those that it extends, if it is one. */
function readService(name: string, type: ts.TypeNode, source: ts.SourceFile): Service[] {
  const read = ts.isTypeReferenceNode(type) ? findImported(source, type.typeName.getText()) : null
  if (!read) return []
  const bases = (read.found.heritageClauses ?? [])
    .flatMap(({ types }) => types)
    .map(({ expression }) => {
      const [{ fileName }, baseName] = [read.source, expression.getText()]
      const base = findInterface(fileName, baseName) ?? findImported(read.source, baseName)
      if (!base) throw new TypeError(`${fileName} has no ${baseName} and does not import it`)
      return base
    })
  const parts = [read, ...bases].map(({ found, members }) => ({
    name,
    text: commentOf(found).text,
    methods: members.filter(ts.isMethodSignature).map((member) => describe(member, name)),
  }))
  return parts.filter(({ methods }) => methods.length > 0)
}

/** Finds an interface in the file that another one imports it from. */
function findImported(source: ts.SourceFile, typeName: string): FoundInterface | null {
  const from = source.statements.filter(ts.isImportDeclaration).find((statement) => {
    const bindings = statement.importClause?.namedBindings
    return (
      bindings && ts.isNamedImports(bindings) && bindings.elements.some((each) => each.name.text === typeName)
    )
  })
  if (!from || !ts.isStringLiteral(from.moduleSpecifier)) return null
  return findInterface(join(dirname(source.fileName), from.moduleSpecifier.text), typeName)
}

function describe(member: ts.MethodSignature | ts.PropertySignature, service: string): ServiceMethod {
  const signature = member
    .getText()
    .replace(/^readonly /, '')
    .replace(/\s+/g, ' ')
    .replace(/\( /g, '(')
    .replace(/,? \)/g, ')')
    .replace(/ \| undefined\b/g, '')
  const name = member.name.getText()
  const { text, throws } = commentOf(member)
  return { name: service === 'kith' ? name : `${service}.${name}`, signature, text, throws }
}

/** The services as a Markdown list, with the codes that each method throws as links. */
export function serviceList(services: readonly Service[]): string {
  return services
    .flatMap(({ name, text, methods }, index) => [
      ...(services[index - 1]?.name === name ? [] : [`## ${name === 'kith' ? name : `kith.${name}`}`]),
      text,
      methods
        .map(({ signature, text: does, throws }) => {
          const thrown = throws === '' ? '' : ` Throws ${linked(throws)}.`
          return `- **\`${signature}\`**  \n  ${does}${thrown}`
        })
        .join('\n'),
    ])
    .join('\n\n')
}

/** The methods whose comments say that they throw this code. */
export function throwersOf(code: ErrorCode, services: readonly Service[]): string[] {
  return services
    .flatMap(({ methods }) => methods)
    .filter(({ throws }) => codesOf(throws).includes(code))
    .map(({ name }) => name)
}

function codesOf(throws: string): string[] {
  return (throws.match(/[a-z]+(?:-[a-z]+)*/g) ?? []).filter((word) => Object.hasOwn(errorTable, word))
}

function linked(throws: string): string {
  const codes = codesOf(throws)
  return throws
    .replace(/\.$/, '')
    .replace(/`?([a-z]+(?:-[a-z]+)*)`?/g, (text, word: string) =>
      codes.includes(word) ? `[\`${word}\`](errors/${word}.md)` : text,
    )
}
