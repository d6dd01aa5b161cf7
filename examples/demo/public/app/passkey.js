import { send } from './api.js'
import { sayProblem } from './dom.js'

/** Passkeys of the demo belong to `localhost`, because an IP address cannot have any. */
export function canUsePasskeys() {
  return (
    location.hostname === 'localhost' &&
    'parseRequestOptionsFromJSON' in (globalThis.PublicKeyCredential ?? {})
  )
}

/** What has been offered as autofill. */
let offer = null
/** A passkey that the password manager may create after a sign-in. */
let upgrade = null

export function withdrawPasskeys() {
  offer?.abort()
  offer = null
}

/** A browser can handle one passkey request at a time. */
function endAll() {
  withdrawPasskeys()
  upgrade?.abort()
  upgrade = null
}

/** Creates a passkey with the options of the server. */
export async function makePasskey(options) {
  endAll()
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return (await navigator.credentials.create({ publicKey }).catch(explain)).toJSON()
}

/** Asks the user to use a passkey. */
export async function usePasskey(options) {
  endAll()
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return (await navigator.credentials.get({ publicKey }).catch(explain)).toJSON()
}

/** Signs in with a passkey, with a button. */
export async function signInWithPasskey() {
  const { token, options } = await send('POST', '/users/login/passkey/begin')
  return await login(token, await usePasskey(options))
}

/** Offers passkeys in the browser's autofill, and passes the account of the used one to `enter`. */
export async function offerPasskeys(enter) {
  endAll()
  if (!canUsePasskeys() || !(await PublicKeyCredential.isConditionalMediationAvailable())) return
  const own = (offer = new AbortController())
  const { token, options } = await send('POST', '/users/login/passkey/begin')
  if (own !== offer) return
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  // The challenge of the server is valid for ten minutes.
  const renewal = setTimeout(() => void offerPasskeys(enter), 9 * 60_000)
  try {
    const used = await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: own.signal })
    enter(await login(token, used.toJSON()))
  } catch (problem) {
    // The user has not requested it, so a missing passkey is not reported.
    if (!(problem instanceof DOMException)) sayProblem(problem)
  } finally {
    clearTimeout(renewal)
  }
}

/**
 * Right after a sign-in with a password: a browser whose password manager knows the password may create a passkey without
 * asking. This waits in the background, and does nothing in browsers without support.
 */
export async function upgradeToPasskey() {
  endAll()
  if (!canUsePasskeys()) return
  const { conditionalCreate } = (await PublicKeyCredential.getClientCapabilities?.()) ?? {}
  if (!conditionalCreate) return
  const own = (upgrade = new AbortController())
  try {
    const { token, options } = await send('POST', '/users/me/passkeys/begin', { conditional: true })
    if (own !== upgrade) return
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
    const made = await navigator.credentials.create({
      publicKey,
      mediation: 'conditional',
      signal: own.signal,
    })
    await send('POST', '/users/me/passkeys', { token, response: made.toJSON() })
  } catch (problem) {
    // The user has not requested it. The account may also already have a passkey in this browser.
    console.debug('No passkey was created in the background:', problem)
  }
}

async function login(token, response) {
  try {
    return (await send('POST', '/users/login/passkey', { token, response })).user
  } catch (problem) {
    // Password managers stop offering passkeys that the server no longer knows.
    if (problem.unknownCredential)
      await PublicKeyCredential.signalUnknownCredential?.(problem.unknownCredential)
    throw problem
  }
}

/** Explains errors that browsers keep vague on purpose, or describe in technical terms. */
function explain({ name, message }) {
  const known = {
    NotAllowedError: 'No passkey was used. Try again when you are ready.',
    InvalidStateError: 'This device already has a passkey of this account.',
  }
  throw new Error(known[name] ?? message)
}
