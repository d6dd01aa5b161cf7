import { askServer, call } from './api.js'

/**
 * Creates the upload of a file: a function that returns the server's result. When it is called again after a failure, it continues
 * from where it stopped, so that a file on the media host is not sent twice.
 */
export function createUpload(file) {
  let signed = null
  let sent = false
  return async () => {
    const { directUploads } = await askServer()
    if (!directUploads || file.type === '') return call('POST', '/media', file)
    if (!sent) {
      signed = await call('POST', '/media/direct', { contentType: file.type, size: file.size })
      await send(signed.upload, file)
      sent = true
    }
    try {
      return await call('POST', `/media/${signed.id}/confirm`)
    } catch (problem) {
      // A file that did not arrive, or was not as announced, has to be sent again.
      if (!isPassing(problem)) sent = false
      throw problem
    }
  }
}

/** Whether a retry may help: the connection broke, or the server or the media host is temporarily unavailable. */
export function isPassing({ status }) {
  return status === undefined || status === 429 || status >= 500
}

/** Sends a file directly to the media host, with the form from the server. */
async function send({ method, url, headers, form }, file) {
  const response = await fetch(url, { method, headers, body: form ? fill(form, file) : file }).catch(
    () => null,
  )
  // In any case the next attempt gets a new signature.
  if (!response?.ok) throw new Error('The file did not get there')
}

function fill({ fields, file: name }, file) {
  const data = new FormData()
  for (const [field, value] of Object.entries(fields)) data.set(field, value)
  data.set(name, file)
  return data
}
