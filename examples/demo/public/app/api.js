/** Calls the API under /api/v1; `body` is JSON, or a file. Throws the problem from the response. */
export function send(method, path, body) {
  return request(method, `/api/v1${path}`, body)
}

/** Calls the additional API of the demo, under /demo. */
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

/** `work` asks the user for a proof; it resolves to `null` if the user declined. */
export function proveBy(work) {
  prove = work
}

/** Makes a call as the signed-in account. If it requires a fresh proof, the user is asked for one, and the call is repeated. */
export async function call(method, path, body) {
  try {
    return await sendSignedIn(method, path, body)
  } catch (problem) {
    if (problem.code === 'proof-required' && (await prove())) return sendSignedIn(method, path, body)
    throw problem
  }
}

let asked = null

/** What the page needs to know about the server: `{ host, directUploads }`; `host` is the media host, if it is not the server itself. */
export function askServer() {
  asked ??= fetch('/app/server.json').then((response) => response.json())
  return asked
}
