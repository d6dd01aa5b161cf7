import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Kith, MediaReport } from '@kith/core'
import { backupFiles, demandWhole, type Manifest, readManifest } from '../backup/manifest.ts'
import { copyOf, readList } from '../backup/media-list.ts'
import { putMedia } from '../backup/put-media.ts'
import { withRestoredDatabase } from '../backup/restored-database.ts'
import { usageError } from '../cli-error.ts'
import { argument, type Command, type CommandContext, type Outcome } from '../command.ts'
import { count } from '../terminal/progress.ts'
import { linesOf } from './verify-media.ts'

/** `kith restore` */
export const restore: Command = {
  name: 'restore',
  summary: 'Restore a backup to an empty place, and end all sessions',
  details:
    'Checks every file by its hash, restores the media, brings the schema up to date, ends all sessions and compares the media with the database. ' +
    'The database is at its path only when all of that is done, so an interrupted restore can be repeated. Stop all servers first, and start them ' +
    'afterward. It writes to a database file that does not exist and to media storage that is empty or belongs to this very database.',
  args: [{ name: 'folder', summary: 'the folder of a backup' }],
  options: {
    database: { value: 'FILE', summary: 'the database file to create (otherwise KITH_SQLITE)' },
    check: { summary: 'only check that the backup is complete' },
  },
  failure: 'the backup is damaged, or media have lost their file',
  examples: [
    'kith restore /backups/2026-11-28 --check',
    'kith restore /backups/2026-11-28 --database app.db',
  ],
  async run(context) {
    const folder = resolve(context.cwd, argument(context, 'folder'))
    const manifest = readManifest(folder)
    await checkParts(folder, manifest)
    if (context.switches.has('check')) return await check(folder, { manifest, context })
    const { kith } = await context.open()
    const parts = { folder, manifest, context }
    if (manifest.database === null) return await fill(kith, parts)
    const database = context.values['database'] ?? context.env['KITH_SQLITE']
    if (!database)
      throw usageError(
        'The target of the database is missing.',
        'Give --database the path that your app opens.',
      )
    const source = join(folder, backupFiles.database)
    const target = resolve(context.cwd, database)
    const { media } = kith.config
    return await withRestoredDatabase({ source, target, blobs: media.blobs }, (restored) =>
      fill(restored, parts),
    )
  },
}

interface Parts {
  folder: string
  manifest: Manifest
  context: CommandContext
}

async function checkParts(folder: string, { database, media }: Manifest): Promise<void> {
  if (database) await demandWhole(join(folder, backupFiles.database), database)
  if (media.list) await demandWhole(join(folder, backupFiles.list), media.list)
}

async function check(folder: string, { manifest, context }: Omit<Parts, 'folder'>): Promise<Outcome> {
  const progress = context.output.progress('Checking media')
  let files = 0
  if (manifest.media.mode === 'copied') {
    for await (const { id, file } of readList(folder)) {
      context.signal.throwIfAborted()
      if (!file) continue
      await demandWhole(copyOf(folder, id), file)
      progress.update(++files, manifest.media.count)
    }
  }
  progress.end()
  return {
    data: { whole: true, ...manifest },
    lines: [`${folder} is a complete backup of ${manifest.madeAt}, with ${count(files)} media files.`],
  }
}

async function fill(kith: Kith, { folder, manifest, context }: Parts): Promise<Outcome> {
  await kith.storage.migrate()
  const progress = context.output.progress('Restoring media')
  const files = await putMedia({
    kith,
    folder,
    manifest,
    progress(done) {
      context.signal.throwIfAborted()
      progress.update(done, manifest.media.count)
    },
  })
  progress.end()
  const { sessions } = await kith.restored()
  const report: MediaReport | null = kith.config.media.blobs ? await kith.upkeep.verifyMedia() : null
  const { madeAt } = manifest
  return {
    data: { madeAt, files, sessions, media: report },
    lines: [
      `Restored the backup of ${madeAt}: everyone has to sign in again (${count(sessions)} sessions ended).`,
      ...(files > 0 ? [`Put ${count(files)} media back.`] : []),
      ...(report ? linesOf(report, false) : []),
    ],
    failed: (report?.missingCount ?? 0) > manifest.media.missing,
  }
}
