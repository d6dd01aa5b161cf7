import type { ErrorRequestHandler } from 'express'
import multer from 'multer'

/** What is left when Kith has answered its own errors. */
// eslint-disable-next-line @typescript-eslint/max-params -- Express knows an error handler by its four parameters
export const lastErrors: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error)
  if (error instanceof multer.MulterError) {
    const status = error.code === 'LIMIT_FILE_SIZE' ? 413 : 400
    return void response.status(status).json({ title: error.message, status, code: error.code })
  }
  console.error(error)
  response.status(500).json({ title: 'Something went wrong on the server', status: 500 })
}
