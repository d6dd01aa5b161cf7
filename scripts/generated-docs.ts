import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createKith, errorTable, fieldErrorTable } from '@kith/core'
import { logLines } from '@kith/core/adapter'
import { metrics } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { format, resolveConfig } from 'prettier'
import { commands } from '../packages/cli/src/commands.ts'
import { environmentVariables } from '../packages/cli/src/config/environment-config.ts'
import { helpOf, helpOfAll } from '../packages/cli/src/help.ts'
import { createStyle } from '../packages/cli/src/terminal/style.ts'
import { type LimitRow, readLimits } from './limits.ts'
import { eventTable, optionTables, policyTable } from './option-tables.ts'
import { listPackages, root } from './packages.ts'

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
    case 'policies':
      return policyTable(join(root, args[0] ?? ''))
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
      `| \`${code}\` | ${status} | ${title} | ${carries ? `\`${carries}\`` : ''} |`,
  )
  return ['| Code | Status | Title | Carries |', '| --- | --- | --- | --- |', ...rows].join('\n')
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
    '| Metric | Kind | Unit | Attributes | What it tells |',
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

function routes(): string {
  const kith = createKith({
    secret: 'only the table is wanted from this',
    storage: createMemoryStorage(),
    media: { blobs: createMemoryBlobs() },
  })
  const rows = createKithHttp(kith).routes.map(({ method, path, status, summary }) => {
    return `| \`${method} ${path}\` | ${status} | ${summary.replaceAll('|', '\\|')} |`
  })
  return ['| Route | Answers | |', '| --- | --- | --- |', ...rows].join('\n')
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
