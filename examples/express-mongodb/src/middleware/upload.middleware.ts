import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Request, Response } from 'express'
import multer from 'multer'
import { uploadsFolder } from '../config/kith.ts'

const incoming = `${uploadsFolder}/incoming`
const hour = 3_600_000

const form = multer({
  dest: incoming,
  limits: { fileSize: 20 * 1024 * 1024, files: 2, fields: 10, fieldSize: 10_000 },
}).fields([
  { name: 'avatar', maxCount: 1 },
  { name: 'coverImage', maxCount: 1 },
])

/**
 * Reads a registration form and passes its pictures to `use` as files, which are removed afterwards. `null` if the sender has
 * disconnected: then nobody waits for a response. Call it after the limits are checked, because it writes up to 40 MB.
 */
export async function withForm<Result>(
  { request, response }: { request: Request; response: Response },
  use: () => Promise<Result>,
): Promise<Result | null> {
  try {
    await new Promise<void>((resolve, reject) => {
      form(request, response, (error: unknown) => (error instanceof Error ? reject(error) : resolve()))
    })
    // Multer may finish its files long after a sender disconnected right after its last byte.
    return response.closed ? null : await use()
  } finally {
    const files = Object.values(filesOf(request)).flat()
    await Promise.all(files.map(({ path }) => rm(path, { force: true })))
  }
}

/** The file of a field, if one was sent. */
export function fileOf(request: Request, field: string): Express.Multer.File | null {
  return filesOf(request)[field]?.[0] ?? null
}

/** Removes the files of a killed process. No form takes an hour. */
export async function sweepForms(now: number = Date.now()): Promise<void> {
  await mkdir(incoming, { recursive: true })
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    // Its own request may remove it meanwhile.
    const found = await stat(path).catch(() => null)
    if (found && now - found.mtimeMs > hour) await rm(path, { force: true })
  }
}

function filesOf({ files }: Request): Record<string, Express.Multer.File[]> {
  return files && !Array.isArray(files) ? files : {}
}
