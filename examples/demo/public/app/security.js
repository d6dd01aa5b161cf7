import { openActivity, titles } from './activity.js'
import { call } from './api.js'
import { askFor, codeField, text } from './dialog.js'
import { button, element, exactTime, node, say } from './dom.js'
import { openLinked } from './elsewhere.js'
import { canUsePasskeys, makePasskey } from './passkey.js'
import { renderSVG } from './uqr.js'

const small = { className: 'plain small' }

/** Fills the cards of the two-step sign-in, of passkeys and of linked accounts. */
export async function openSecurity() {
  const { items } = await call('GET', '/users/me/credentials')
  const of = (kind) => items.filter((item) => item.kind === kind)
  const [apps, recovery, devices] = [of('totp'), of('recovery-codes'), of('trusted-device')]
  element('two-step-state').textContent = apps.length > 0 ? 'On' : 'Off'
  element('two-step-state').classList.toggle('open', apps.length === 0)
  element('two-step').replaceChildren(
    ...[...apps, ...recovery, ...devices].map((item) => credentialRow(item)),
  )
  element('two-step-add').replaceChildren(
    button(small, addApp, apps.length > 0 ? 'Add another app' : 'Set up an authenticator app'),
  )
  element('passkeys').replaceChildren(...of('passkey').map((item) => credentialRow(item)))
  const add = button(small, addPasskey, 'Add a passkey')
  element('passkey-add').replaceChildren(
    canUsePasskeys() ? add : text(`Open the demo as http://localhost:${location.port} to use passkeys.`),
  )
  await openLinked(of('identity'), refresh)
}

async function refresh() {
  await Promise.all([openSecurity(), openActivity()])
}

function credentialRow(item) {
  const { kind, name, createdAt, lastUsedAt, left, synced } = item
  const facts = [
    kind === 'recovery-codes' ? `${left} of 10 left` : `Added ${exactTime(createdAt)}`,
    lastUsedAt && `last used ${exactTime(lastUsedAt)}`,
    synced && 'synced',
  ]
  const words = node(
    'div',
    {},
    node('div', {}, name ?? titles[kind]),
    node('div', { className: 'quiet' }, facts.filter(Boolean).join(' · ')),
  )
  const actions =
    kind === 'recovery-codes'
      ? [button(small, renewCodes, 'Make new ones')]
      : [
          kind === 'trusted-device' ? null : button(small, () => rename(item), 'Rename'),
          button(small, () => remove(item), 'Remove'),
        ]
  return node('li', {}, words, node('span', { className: 'actions' }, ...actions))
}

async function rename({ id, kind, name }) {
  const done = await askFor(
    {
      title: 'Rename',
      fields: [{ label: 'Name', name: 'name', value: name ?? titles[kind] }],
      submit: 'Save',
    },
    (values) => call('PATCH', `/users/me/credentials/${id}`, values),
  )
  if (done) await refresh()
}

async function remove({ id, kind, name }) {
  const what = name ?? titles[kind]
  const done = await askFor(
    {
      title: `Remove “${what}”?`,
      content: [text('It no longer signs you in.')],
      submit: 'Remove',
      danger: true,
    },
    () => call('DELETE', `/users/me/credentials/${id}`),
  )
  if (!done) return
  await refresh()
  await signalPasskeys()
}

async function addApp() {
  const { token, secret, uri } = await call('POST', '/users/me/factors/totp/begin', {})
  const picture = `data:image/svg+xml,${encodeURIComponent(renderSVG(uri, { border: 2 }))}`
  const added = await askFor(
    {
      title: 'Set up an authenticator app',
      content: [
        text('Scan this with an app such as Google Authenticator, 1Password or Aegis.'),
        node('img', { className: 'qr', src: picture, alt: 'QR code with the secret' }),
        text('No camera? Type this secret into the app:'),
        node('code', { id: 'totp-secret', className: 'secret' }, secret.match(/.{1,4}/g).join(' ')),
      ],
      fields: [{ ...codeField, label: 'The code that the app shows', inputMode: 'numeric' }],
      submit: 'Turn on',
    },
    ({ code }) => call('POST', '/users/me/factors/totp', { token, code }),
  )
  if (!added) return
  if (added.recoveryCodes) await showRecoveryCodes(added.recoveryCodes)
  await refresh()
}

async function renewCodes() {
  const { recoveryCodes } = await call('POST', '/users/me/factors/recovery-codes')
  await showRecoveryCodes(recoveryCodes)
  await refresh()
}

function showRecoveryCodes(codes) {
  const lines = `${codes.join('\n')}\n`
  const copy = {
    label: 'Copy',
    async work() {
      await navigator.clipboard.writeText(lines)
      say('Copied')
    },
  }
  const download = {
    label: 'Download',
    async work() {
      const href = URL.createObjectURL(new Blob([lines], { type: 'text/plain' }))
      node('a', { href, download: 'kith-recovery-codes.txt' }).click()
      setTimeout(() => URL.revokeObjectURL(href), 1_000)
    },
  }
  return askFor(
    {
      title: 'Your recovery codes',
      content: [
        text(
          'Each one signs you in once when you do not have your app. They are shown only now, so save them.',
        ),
        node('ul', { className: 'recovery' }, ...codes.map((code) => node('li', {}, code))),
      ],
      submit: 'I have saved them',
      choices: [copy, download],
      cancel: null,
    },
    async () => {},
  )
}

async function addPasskey() {
  const { token, options } = await call('POST', '/users/me/passkeys/begin', {})
  await call('POST', '/users/me/passkeys', { token, response: await makePasskey(options) })
  await refresh()
  await signalPasskeys()
  say('Passkey added')
}

/** Reports the passkeys of the account to the password manager of this browser. */
async function signalPasskeys() {
  if (!canUsePasskeys() || !PublicKeyCredential.signalAllAcceptedCredentials) return
  const { allAcceptedCredentials } = await call('GET', '/users/me/passkeys/signals')
  await PublicKeyCredential.signalAllAcceptedCredentials(allAcceptedCredentials)
}
