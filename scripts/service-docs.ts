import { dirname, join } from 'node:path'
import { type ErrorCode, errorTable } from '@kith/core'
import ts from 'typescript'
import { commentOf, findInterface, readInterface } from './interfaces.ts'
import { root } from './packages.ts'

/** A method that host code can call. */
interface ServiceMethod {
  /** As it is called: `accounts.register`, `ready`. */
  name: string
  signature: string
  /** What its comment says, without tags. */
  text: string
  /** What its `@throws` says. */
  throws: string
}

/** A service of `Kith`; the methods of `Kith` itself are those of `kith`. */
export interface Service {
  name: string
  text: string
  methods: ServiceMethod[]
}

/** Reads the services out of the interface `Kith` and the interfaces that it names. */
export function readServices(): Service[] {
  const path = join(root, 'packages/core/src/create-kith.ts')
  const { source, found, members } = readInterface(path, 'Kith')
  const own: Service = { name: 'kith', text: commentOf(found).text, methods: [] }
  const services: Service[] = []
  for (const member of members) {
    if (ts.isMethodSignature(member)) own.methods.push(describe(member, 'kith'))
    if (!ts.isPropertySignature(member) || !member.type) continue
    const name = member.name.getText()
    const service = readService(name, member.type, source)
    if (service) services.push(service)
    else own.methods.push(describe(member, 'kith'))
  }
  return [...services, own]
}

/** Reads the interface that a member of `Kith` is of, where it is one. */
function readService(name: string, type: ts.TypeNode, source: ts.SourceFile): Service | null {
  const typeName = ts.isTypeReferenceNode(type) ? type.typeName.getText() : ''
  const from = source.statements.filter(ts.isImportDeclaration).find((statement) => {
    const bindings = statement.importClause?.namedBindings
    return (
      bindings && ts.isNamedImports(bindings) && bindings.elements.some((each) => each.name.text === typeName)
    )
  })
  if (!from || !ts.isStringLiteral(from.moduleSpecifier)) return null
  const read = findInterface(join(dirname(source.fileName), from.moduleSpecifier.text), typeName)
  if (!read) return null
  const methods = read.members.filter(ts.isMethodSignature).map((member) => describe(member, name))
  return { name, text: commentOf(read.found).text, methods }
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
    .flatMap(({ name, text, methods }) => [
      `## ${name === 'kith' ? name : `kith.${name}`}`,
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

/** The methods that say they throw an error of this code. */
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
  return throws.replace(/[a-z]+(?:-[a-z]+)*/g, (word) =>
    codes.includes(word) ? `[\`${word}\`](errors/${word}.md)` : word,
  )
}
