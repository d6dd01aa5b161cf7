import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const name = 'kith-imagekit-'

/** What is older than this was left by a process that stopped. */
const staleMillis = 3_600_000

/** Gives `use` an empty folder; nothing of it is left afterwards, nor of those that processes which stopped have left. */
export async function inTemporaryFolder<Answer>(
  directory: string,
  use: (folder: string) => Promise<Answer>,
): Promise<Answer> {
  await mkdir(directory, { recursive: true })
  await sweep(directory)
  const folder = await mkdtemp(join(directory, name))
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function sweep(directory: string): Promise<void> {
  const oldest = Date.now() - staleMillis
  for (const entry of await readdir(directory)) {
    if (!entry.startsWith(name)) continue
    const folder = join(directory, entry)
    const info = await stat(folder).catch(() => null)
    if (info && info.mtimeMs < oldest) await rm(folder, { recursive: true, force: true })
  }
}
