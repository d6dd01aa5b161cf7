import { askServer, call } from './api.js'

/**
 * Makes the upload of a file: a function that answers what the server made of it. Called again after it failed, it goes on
 * where it stopped, so what the host of the media has is not sent twice.
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
      // What did not come, or was not what it should be, has to be sent again.
      if (!isPassing(problem)) sent = false
      throw problem
    }
  }
}

/** Whether trying again may help: the connection broke, or the server or the host of the media cannot now. */
export function isPassing({ status }) {
  return status === undefined || status === 429 || status >= 500
}

/** Sends a file straight to the host of the media, as the server said. */
async function send({ method, url, headers, form }, file) {
  const response = await fetch(url, { method, headers, body: form ? fill(form, file) : file }).catch(
    () => null,
  )
  // Whatever it was: the next try is signed anew.
  if (!response?.ok) throw new Error('The file did not get there')
}

function fill({ fields, file: name }, file) {
  const data = new FormData()
  for (const [field, value] of Object.entries(fields)) data.set(field, value)
  data.set(name, file)
  return data
}
