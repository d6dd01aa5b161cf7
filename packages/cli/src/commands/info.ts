import type { Command } from '../command.ts'

/** `kith info` */
export const info: Command = {
  name: 'info',
  summary: 'Show which Kith the commands work on',
  details:
    'Shows where the config comes from, the versions, and whether the database, the media, the revocations and the limits can be used. ' +
    'Run it before a command that changes something, to check that it is the right database.',
  failure: 'a part cannot be used',
  examples: ['kith info', 'kith info --json'],
  async run(context) {
    const { kith, source } = await context.open()
    const { ok, parts } = await kith.ready()
    const { version } = kith.health()
    const { sessions, media } = kith.config
    const data = {
      config: source,
      kith: version,
      node: process.version,
      ready: ok,
      parts: parts.map(({ name, ok: usable, detail }) => ({ name, ok: usable, detail })),
      sessions: {
        accessTtlSeconds: sessions.accessTtlSeconds,
        refreshTtlSeconds: sessions.refreshTtlSeconds,
        maxLifetimeSeconds: sessions.maxLifetimeSeconds,
      },
      media: media.blobs !== null,
    }
    const { green, red, bold } = context.output.style
    const lines = [
      `${bold('Config')}   ${source}`,
      `${bold('Versions')} Kith ${version}, Node ${process.version}`,
      ...parts.map(
        ({ name, ok: usable, detail }) =>
          `${usable ? green('ok') : red('no')}  ${name}${detail === null ? '' : `: ${detail}`}`,
      ),
      ...(media.blobs ? [] : ['no  media: uploads are off in this config']),
    ]
    return { data, lines, failed: !ok }
  },
}
