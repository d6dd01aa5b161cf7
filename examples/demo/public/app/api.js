/** Calls the API as it is under /api/v1; `body` is JSON, or a file. Throws the problem that it answers. */
export function send(method, path, body) {
  return request(method, `/api/v1${path}`, body)
}

/** Calls what the demo has beside that API, under /demo. */
export function ask(method, path) {
  return request(method, `/demo${path}`)
}

async function request(method, url, body) {
  const isFile = body instanceof Blob
  const type = isFile ? 'application/octet-stream' : 'application/json'
  const response = await fetch(url, {
    method,
    headers: body === undefined ? {} : { 'content-type': type },
    body: body === undefined || isFile ? body : JSON.stringify(body),
  })
  const answer = response.status === 204 ? null : await response.json()
  if (response.ok) return answer
  throw Object.assign(new Error(answer.title), answer)
}

const signedOut = ['access-token-expired', 'access-token-invalid', 'unauthenticated']

// Two calls that find the token expired share one refresh.
let refreshing = null

async function sendSignedIn(method, path, body) {
  try {
    return await send(method, path, body)
  } catch (problem) {
    if (!signedOut.includes(problem.code)) throw problem
    refreshing ??= send('POST', '/users/refresh', {}).finally(() => (refreshing = null))
    await refreshing
    return send(method, path, body)
  }
}

let prove = async () => null

/** `work` has people prove who they are; it resolves to `null` where they did not. */
export function proveBy(work) {
  prove = work
}

/** Calls it as the one who is signed in. Where a fresh proof is required, it is asked for, and the call is made again. */
export async function call(method, path, body) {
  try {
    return await sendSignedIn(method, path, body)
  } catch (problem) {
    if (problem.code === 'proof-required' && (await prove())) return sendSignedIn(method, path, body)
    throw problem
  }
}

let asked = null

/** What the page has to know of the server: `{ host, directUploads }`; `host` is who keeps media, if it is not that machine. */
export function askServer() {
  asked ??= fetch('/app/server.json').then((response) => response.json())
  return asked
}
