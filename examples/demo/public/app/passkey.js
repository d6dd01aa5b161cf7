import { send } from './api.js'
import { sayProblem } from './dom.js'

/** Passkeys of the demo belong to `localhost`: an IP address cannot have any. */
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

/** A browser does one thing with passkeys at a time. */
function endAll() {
  withdrawPasskeys()
  upgrade?.abort()
  upgrade = null
}

/** Makes a passkey by the options of the server. */
export async function makePasskey(options) {
  endAll()
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options)
  return (await navigator.credentials.create({ publicKey }).catch(explain)).toJSON()
}

/** Has the owner of a passkey use it. */
export async function usePasskey(options) {
  endAll()
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  return (await navigator.credentials.get({ publicKey }).catch(explain)).toJSON()
}

/** Signs in with a passkey, by a button. */
export async function signInWithPasskey() {
  const { token, options } = await send('POST', '/users/login/passkey/begin')
  return await login(token, await usePasskey(options))
}

/** Offers passkeys among the names that the browser fills in, and gives `enter` who used one. */
export async function offerPasskeys(enter) {
  endAll()
  if (!canUsePasskeys() || !(await PublicKeyCredential.isConditionalMediationAvailable())) return
  const own = (offer = new AbortController())
  const { token, options } = await send('POST', '/users/login/passkey/begin')
  if (own !== offer) return
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options)
  // What the server has asked for is good for ten minutes.
  const renewal = setTimeout(() => void offerPasskeys(enter), 9 * 60_000)
  try {
    const used = await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: own.signal })
    enter(await login(token, used.toJSON()))
  } catch (problem) {
    // Nobody has asked for it, so nobody is told where there is none.
    if (!(problem instanceof DOMException)) sayProblem(problem)
  } finally {
    clearTimeout(renewal)
  }
}

/**
 * Right after a sign-in with a password: a browser whose password manager knows the password may create a passkey without
 * asking. It waits in the background, and does nothing in browsers that cannot.
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
    // The user has not asked for it. The account may also have a passkey in this browser already.
    console.debug('No passkey was created in the background:', problem)
  }
}

async function login(token, response) {
  try {
    return (await send('POST', '/users/login/passkey', { token, response })).user
  } catch (problem) {
    // Password managers stop offering what the server does not know any more.
    if (problem.unknownCredential)
      await PublicKeyCredential.signalUnknownCredential?.(problem.unknownCredential)
    throw problem
  }
}

/** Says what browsers leave open on purpose, or put in words for programmers. */
function explain({ name, message }) {
  const known = {
    NotAllowedError: 'No passkey was used. Try again when you are ready.',
    InvalidStateError: 'This device already has a passkey of this account.',
  }
  throw new Error(known[name] ?? message)
}
