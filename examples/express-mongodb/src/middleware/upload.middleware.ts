import { rm } from 'node:fs/promises'
import type { RequestHandler } from 'express'
import multer from 'multer'
import { uploadsFolder } from '../config/kith.ts'

const form = multer({ dest: `${uploadsFolder}/incoming`, limits: { fileSize: 20 * 1024 * 1024, fields: 10 } })

/** The pictures of a registration form, as files that are gone once the answer is out. */
export const pictures: RequestHandler[] = [
  (request, response, next) => {
    response.once('close', () => {
      for (const { path } of Object.values(filesOf(request)).flat()) {
        rm(path, { force: true }).catch(console.error)
      }
    })
    next()
  },
  form.fields([
    { name: 'avatar', maxCount: 1 },
    { name: 'coverImage', maxCount: 1 },
  ]),
]

/** The file of a field, if one was sent. */
export function fileOf(request: Parameters<RequestHandler>[0], field: string): Express.Multer.File | null {
  return filesOf(request)[field]?.[0] ?? null
}

function filesOf({ files }: Parameters<RequestHandler>[0]): Record<string, Express.Multer.File[]> {
  return files && !Array.isArray(files) ? files : {}
}
