import type { ErrorRequestHandler } from 'express'
import multer from 'multer'

/** Handles the errors that remain after Kith has responded to its own. */
// eslint-disable-next-line @typescript-eslint/max-params -- Express recognizes an error handler by its four parameters
export const lastErrors: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error instanceof multer.MulterError) {
    const status = error.code === 'LIMIT_FILE_SIZE' ? 413 : 400
    return void response.status(status).json({ title: error.message, status, code: error.code })
  }
  console.error(error)
  response.status(500).json({ title: 'Something went wrong on the server', status: 500 })
}
