import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createKith,
  createSketchCaptions,
  type ErrorCode,
  errorTable,
  fieldErrorTable,
  generateSigningKey,
  type Kith,
  type KithOptions,
} from '@kith/core'
import { logLines } from '@kith/core/adapter'
import { type DirectUploads, type Messenger, metrics } from '@kith/core/ports'
import { createPasskeys } from '@kith/core/passkeys'
import { github } from '@kith/core/oidc'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createKithHttp, type RouteDescription } from '@kith/http'
import { format, resolveConfig } from 'prettier'
import { problemsOf } from '../packages/http/src/openapi.ts'
import { joinedNames, looseNames } from '../packages/core/src/joined-stores.ts'
import { errorPages } from '../packages/http/src/problem.ts'
import type { Route } from '../packages/http/src/route.ts'
import { commands } from '../packages/cli/src/commands.ts'
import { environmentVariables } from '../packages/cli/src/config/environment-config.ts'
import { helpOf, helpOfAll } from '../packages/cli/src/help.ts'
import { createStyle } from '../packages/cli/src/terminal/style.ts'
import { operationIds } from '../packages/http/src/operation-ids.ts'
import { asvsChapter, asvsSummary } from './asvs.ts'
import { type LimitRow, readLimits } from './limits.ts'
import { fieldTables } from './field-docs.ts'
import { auditTable, eventTable, optionTables, policyTable } from './option-tables.ts'
import { listPackages, root } from './packages.ts'
import { readServices, serviceList, throwersOf } from './service-docs.ts'

const services = readServices()

const block = /<!-- generated: (.+?) -->\n[\s\S]*?<!-- end -->/g

/** Fills each `<!-- generated: … -->` block of a page from the sources, and formats the page. */
export async function fillGenerated(text: string): Promise<string> {
  const filled = text.replace(block, (_whole, what: string) => {
    return `<!-- generated: ${what} -->\n\n${generate(what)}\n\n<!-- end -->`
  })
  if (filled === text && !text.includes('<!-- generated:')) return text
  const config = await resolveConfig(join(root, 'README.md'))
  return format(filled, { ...config, parser: 'markdown' })
}

function generate(what: string): string {
  const [kind, ...args] = what.split(' ')
  switch (kind) {
    case 'errors':
      return errors()
    case 'error':
      return error(args[0] as ErrorCode)
    case 'services':
      return serviceList(services)
    case 'stores':
      return stores()
    case 'fields':
      return fieldTables(sampleRoutes(), sampleKith())
    case 'field-errors':
      return fieldErrors()
    case 'log-lines':
      return lines()
    case 'routes':
      return routes()
    case 'commands':
      return commandsOfCli()
    case 'cli-environment':
      return variablesOfCli()
    case 'packages':
      return packages()
    case 'file':
      return file(args[0] ?? '', args[1])
    case 'limits':
      return limits(args[0] ?? '')
    case 'events':
      return eventTable(join(root, 'packages/core/src/events.ts'))
    case 'audit-actions':
      return auditTable(join(root, 'packages/core/src/events.ts'))
    case 'policies':
      return policyTable(join(root, args[0] ?? ''))
    case 'asvs':
      return args[0] ? asvsChapter(args[0]) : asvsSummary()
    case 'metrics':
      return metricTable()
    case 'options':
      return optionTables(join(root, args[0] ?? ''), args.slice(1))
    default:
      throw new TypeError(`Nothing generates "${what}"`)
  }
}

function errors(): string {
  const rows = Object.entries(errorTable).map(
    ([code, { status, title, carries }]) =>
      `| [\`${code}\`](errors/${code}.md) | ${status} | ${title} | ${carries ? `\`${carries}\`` : ''} |`,
  )
  return ['| Code | Status | Title | Carries |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

/** What the sources say about a code: where it is thrown, and which fields its error has. */
function error(code: ErrorCode): string {
  const { status, title, carries } = errorTable[code]
  const routes = sampleRoutes().filter((route) => problemsOf(route).includes(code))
  const many = routes.length > 12
  const lines = [
    `“${title}”, over HTTP with status ${status}${carries ? `; it carries \`${carries}\`` : ''}. Its \`type\` is`,
    `<${errorPages}${code}.md>.`,
    '',
    listed('Thrown by', throwersOf(code, services)),
    many
      ? `Returned by: ${routes.length} of the ${sampleRoutes().length} routes.`
      : listed(
          'Returned by',
          routes.map(({ method, path }) => `${method} ${path}`),
        ),
  ]
  return lines.join('\n')
}

function listed(what: string, names: readonly string[]): string {
  return names.length === 0 ? '' : `${what}: ${names.map((name) => `\`${name}\``).join(', ')}.\n`
}

/** Which stores of a storage may come from different adapters. */
function stores(): string {
  const named = (names: readonly string[]): string =>
    new Intl.ListFormat('en').format(names.map((name) => `\`${name}\``))
  return [
    `- ${named(joinedNames)} read each other's rows, so they come from one adapter. Another one among them would make feeds that are empty ` +
      'and counts that are wrong; `createKith` refuses it.',
    `- ${named(looseNames)} may each be of another adapter. Events of sessions and the audit log are stored in the step of their cause, which ` +
      'sessions of another adapter cannot do: beside them `createKith` refuses `audit`, and an `outbox` with an event that begins with ' +
      '`session.`. `kith.within` refuses a storage in which either of them is of another adapter.',
  ].join('\n')
}

function fieldErrors(): string {
  const rows = Object.entries(fieldErrorTable).map(([code, { meaning, parameters }]) => {
    const names = Object.entries(parameters).map(([name, kind]: [string, string | readonly string[]]) =>
      typeof kind === 'string'
        ? `\`${name}\``
        : `\`${name}\`: ${kind.map((word) => `\`${word}\``).join(', ')}`,
    )
    return `| \`${code}\` | ${meaning} | ${names.join('; ')} |`
  })
  return ['| Code | What is wrong | Parameters |', '| --- | --- | --- |', ...rows].join('\n')
}

function metricTable(): string {
  const rows = Object.entries(metrics).map(([name, { kind, unit, attributes, tells }]) => {
    const labels = attributes.map((attribute) => `\`${attribute}\``).join(', ')
    return `| \`${name}\` | ${kind} | ${unit.replace(/[{}]/g, '')} | ${labels} | ${tells.replaceAll('|', '\\|')} |`
  })
  return [
    '| Metric | Kind | Unit | Attributes | What it means |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}

function lines(): string {
  const rows = Object.entries(logLines).map(
    ([event, { level, meaning, toDo }]) => `| \`${event}\` | ${level} | ${meaning} | ${toDo} |`,
  )
  return ['| Line | Level | What it means | What to do |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

const signingKey = await generateSigningKey()

function sampleKith(more: Partial<KithOptions> = {}): Kith {
  return createKith({
    secret: 'only the table is wanted from this',
    storage: createMemoryStorage(),
    ...more,
  })
}

function describedRoutes(more?: Partial<KithOptions>): readonly RouteDescription[] {
  return createKithHttp(sampleKith(more)).routes
}

const passkeys = createPasskeys({ rpId: 'app.example', rpName: 'App', origins: ['https://app.example'] })
const messenger: Messenger = { send: async () => {} }
const messages = { email: messenger, sms: messenger }
/** An app whose registrations confirm an email. */
const confirming: Partial<KithOptions> = {
  messages,
  accounts: { confirm: 'email', identifiers: { email: 'required' } },
}

const inviting: Partial<KithOptions> = { accounts: { signUp: 'invite' } }
const approving: Partial<KithOptions> = { accounts: { signUp: 'approval' } }
const backOffice: Partial<KithOptions> = { accounts: { backOffice: {} } }

/** An app with sign-in providers. */
const elsewhere: Partial<KithOptions> = {
  publicUrl: 'https://app.example',
  providers: { github: github({ clientId: 'nobody', clientSecret: 'none' }) },
}

let everyRoute: readonly Route[] | undefined

/** Every possible route. */
export function sampleRoutes(): readonly Route[] {
  const media = { blobs: createMemoryBlobs(), direct: {} as DirectUploads }
  const sessions = { signingKeys: [signingKey], codeSignIn: true, deviceBound: true, impersonation: {} }
  if (!everyRoute) {
    const audit = { keepFor: '365d' } as const
    const all = describedRoutes({
      media,
      captions: createSketchCaptions(),
      messages,
      sessions,
      passkeys,
      audit,
      ...elsewhere,
    })
    const more = [confirming, inviting, approving, backOffice].flatMap((options) =>
      describedRoutes(options).filter(({ path }) => !all.some((route) => route.path === path)),
    )
    const described: readonly RouteDescription[] = [...all, ...more]
    // The part that apps see, without what only the handler needs.
    everyRoute = described as readonly Route[]
  }
  return everyRoute
}

/** The routes of a Kith with everything they need, each with its requirement. */
function routes(): string {
  const blobs = createMemoryBlobs()
  const media = { media: { blobs } }
  const needs: readonly (readonly [string, readonly RouteDescription[]])[] = [
    ['', describedRoutes()],
    ['`media.blobs`', describedRoutes(media)],
    ['`media.direct`', describedRoutes({ media: { blobs, direct: {} as DirectUploads } })],
    ['`captions`', describedRoutes({ ...media, captions: createSketchCaptions() })],
    ['`messages`', describedRoutes({ messages })],
    ['`sessions.codeSignIn`', describedRoutes({ messages, sessions: { codeSignIn: true } })],
    ['`sessions.deviceBound`', describedRoutes({ sessions: { deviceBound: true } })],
    ['`sessions.impersonation`', describedRoutes({ sessions: { impersonation: {} } })],
    ['`passkeys`', describedRoutes({ passkeys })],
    ['`audit`', describedRoutes({ audit: { keepFor: '365d' } })],
    ['`accounts.confirm`', describedRoutes(confirming)],
    ['`providers`', describedRoutes(elsewhere)],
    ["`accounts.signUp: 'invite'`", describedRoutes(inviting)],
    ["`accounts.signUp: 'approval'`", describedRoutes(approving)],
    ['`accounts.backOffice`', describedRoutes(backOffice)],
    ['`sessions.signingKeys`', describedRoutes({ sessions: { signingKeys: [signingKey] } })],
  ]
  const rows = operationIds.map((id) => {
    const [need, found] = needs.find(([, list]) => list.some(({ operationId }) => operationId === id)) ?? []
    const route = found?.find(({ operationId }) => operationId === id)
    if (!route) throw new TypeError(`Nothing describes ${id}`)
    const { method, path, status, summary } = route
    return `| \`${id}\` | \`${method} ${path}\` | ${status} | ${summary.replaceAll('|', '\\|')} | ${need} |`
  })
  return ['| Operation | Route | Status | | Needs |', '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function commandsOfCli(): string {
  const style = createStyle(false)
  const sections = commands.map((command) => {
    return `### kith ${command.name}\n\n\`\`\`text\n${helpOf(command, style)}\n\`\`\``
  })
  return [`\`\`\`text\n${helpOfAll(commands, style)}\n\`\`\``, ...sections].join('\n\n')
}

function variablesOfCli(): string {
  const rows = environmentVariables.map(([name, summary]) => `| \`${name}\` | ${summary} |`)
  return ['| Variable | What it is |', '| --- | --- |', ...rows].join('\n')
}

function packages(): string {
  const rows = listPackages().map(({ folder, manifest }) => {
    return `| [\`${manifest.name}\`](packages/${folder}) | ${String(manifest['description'])} |`
  })
  return ['| Package | What it is |', '| --- | --- |', ...rows].join('\n')
}

function limits(kind: string): string {
  const rows = Object.entries(readLimits()).find(([name]) => name === kind)?.[1] as LimitRow[] | undefined
  if (!rows) throw new TypeError(`There are no limits called "${kind}"`)
  const lines = rows.map(({ name, value, reason, path }) => {
    const packageName = /^packages\/([\w-]+)/.exec(path)?.[1] ?? ''
    return `| [\`${name}\`](../${path}) | ${packageName} | ${value} | ${reason} |`
  })
  return ['| Limit | Package | Default | Why |', '| --- | --- | --- | --- |', ...lines].join('\n')
}

function file(path: string, language = 'ts'): string {
  return `\`\`\`${language}\n${readFileSync(join(root, path), 'utf8').trimEnd()}\n\`\`\``
}
