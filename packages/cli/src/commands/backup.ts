import { existsSync, readdirSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Storage } from '@kith/core/ports'
import { copyMedia } from '../backup/copy-media.ts'
import { backupFiles, measure, type StoredFile, writeManifest } from '../backup/manifest.ts'
import { CliError, exitCodes, usageError } from '../cli-error.ts'
import { argument, type Command, type CommandContext } from '../command.ts'
import { bytesInWords, count } from '../terminal/progress.ts'

/** `kith backup` */
export const backup: Command = {
  name: 'backup',
  summary: 'Copy the database and the media while servers run',
  details:
    'Copies SQLite first, online and as of one moment, and then its media. Media in a folder are copied; hosted media ' +
    '(S3, ImageKit, Cloudinary) are only listed. The folder is a backup once it has its manifest, with versions, counts and hashes: an interrupted ' +
    'one has none. Back up MongoDB and PostgreSQL with their own tools first, and then use --without-database.',
  args: [{ name: 'folder', summary: 'a folder that is empty or does not exist' }],
  options: {
    'list-media': { summary: 'only list the media, even if they could be copied' },
    'without-database': {
      summary: 'the database was backed up by other means, such as mongodump or pg_dump',
    },
  },
  examples: [
    'kith backup /backups/2026-11-28',
    'mongodump --uri "$URI" --out dump && kith backup media --without-database',
  ],
  async run(context) {
    const folder = resolve(context.cwd, argument(context, 'folder'))
    demandEmpty(folder)
    const { kith } = await context.open()
    await kith.storage.check()
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const madeAt = new Date().toISOString()
    const database = context.switches.has('without-database')
      ? null
      : await copyDatabase(kith.storage, { folder, context })
    const progress = context.output.progress('Copying media')
    const media = await copyMedia({
      kith,
      folder,
      copies: !context.switches.has('list-media'),
      progress(done) {
        context.signal.throwIfAborted()
        progress.update(done, null)
      },
    })
    progress.end()
    const manifest = {
      madeAt,
      kith: kith.health().version,
      node: process.version,
      database,
      media,
    }
    await writeManifest(folder, manifest)
    const { mode, count: many, bytes, missing } = media
    return {
      data: { folder, ...manifest },
      lines: [
        database ? `The database: ${bytesInWords(database.bytes)}.` : 'Without the database.',
        ...(mode === 'copied' ? [`Media: ${count(many)} files, ${bytesInWords(bytes)}.`] : []),
        ...(mode === 'listed' ? [`Media: ${count(many)} were listed; they stay in place.`] : []),
        ...(missing > 0 ? [`${count(missing)} media have no file: see \`kith verify media\`.`] : []),
        `${folder} is a complete backup. Test it now and then: \`kith restore\`.`,
      ],
    }
  },
}

/** The operations of `@kith/storage-sqlite` that other storages leave to the tools of their server. */
function canBackUp(storage: Storage): storage is Storage & { backup(path: string): Promise<void> } {
  return 'backup' in storage && typeof storage.backup === 'function'
}

function demandEmpty(folder: string): void {
  if (!existsSync(folder) || readdirSync(folder).length === 0) return
  const unfinished =
    existsSync(join(folder, backupFiles.database)) && !existsSync(join(folder, backupFiles.manifest))
  throw usageError(
    unfinished ? `${folder} has an interrupted backup.` : `${folder} is not empty.`,
    unfinished ? 'Remove it, or name another folder.' : 'Name a folder that is empty or does not exist.',
  )
}

async function copyDatabase(
  storage: Storage,
  { folder, context }: { folder: string; context: CommandContext },
): Promise<StoredFile> {
  if (!canBackUp(storage)) {
    throw new CliError('Kith does not back up this database.', {
      hint: 'Back the database up with mongodump, pg_dump or a snapshot first, then run this with --without-database.',
      exitCode: exitCodes.usage,
    })
  }
  const progress = context.output.progress('Copying the database')
  const path = join(folder, backupFiles.database)
  progress.update(0, null)
  await storage.backup(path)
  progress.end()
  return await measure(path)
}
