import { askServer, call, send } from './api.js'
import { askFor, text } from './dialog.js'
import { button, element, exactTime, node, say } from './dom.js'
import { showSignIn, askFactor } from './sign-in.js'

/** The providers that can be used from this page, because browsers return to a single origin. */
async function providersHere() {
  const { home, providers } = await askServer()
  return location.origin === home ? providers : []
}

/** Goes to a provider; `returnTo` is the page to return to. */
const way = ({ name }) => `/api/v1/auth/${name}?returnTo=/`

/** Fills the sign-in with a link for each provider. */
export async function startElsewhere() {
  const links = (await providersHere()).map((provider) =>
    node('a', { className: 'button plain', href: way(provider) }, `Continue with ${provider.title}`),
  )
  element('elsewhere').replaceChildren(...links)
}

/** Fills the card of linked accounts. */
export async function openLinked(items, refresh) {
  const providers = await providersHere()
  element('linked').replaceChildren(...items.map((item) => linkedRow(item, refresh)))
  const add = ({ name, title }) => {
    const link = async () => {
      const { url } = await call('POST', `/users/me/identities/${name}`, { returnTo: '/' })
      location.href = url
    }
    return button({ className: 'plain small' }, link, `Link ${title}`)
  }
  element('linked-add').replaceChildren(
    ...(providers.length > 0
      ? providers.map(add)
      : [text(`Open the demo as http://localhost:${location.port} to link one.`)]),
  )
}

function linkedRow({ id, name, createdAt, lastUsedAt }, refresh) {
  const facts = [`Linked ${exactTime(createdAt)}`, lastUsedAt && `last used ${exactTime(lastUsedAt)}`]
  const words = node(
    'div',
    {},
    node('div', {}, name),
    node('div', { className: 'quiet' }, facts.filter(Boolean).join(' · ')),
  )
  const unlink = async () => {
    const done = await askFor(
      {
        title: `Unlink ${name}?`,
        content: [text('It no longer signs you in.')],
        submit: 'Unlink',
        danger: true,
      },
      () => call('DELETE', `/users/me/credentials/${id}`),
    )
    if (done) await refresh()
  }
  return node('li', {}, words, button({ className: 'plain small' }, unlink, 'Unlink'))
}

/** Proves the user by signing in again, for an account that came from a provider. */
export async function proveElsewhere() {
  const [provider] = await providersHere()
  if (provider) location.href = way(provider)
}

const sentences = {
  'identity-refused': 'The sign-in was canceled at the provider.',
  'credential-taken': 'Another account has that one.',
  'link-required': 'An account has that email address. Sign in to it, then link it under Account.',
  'code-invalid': 'That took too long. Try again.',
  'provider-unavailable': 'It does not answer now. Try again later.',
}

/**
 * Completes what a browser went to a provider for, if it did: the fragment contains the result. `enter` gets an account that
 * was signed in this way.
 */
export async function followReturn(enter) {
  const came = Object.fromEntries(new URLSearchParams(location.hash.slice(1)))
  if (!('signed-in' in came || came.linked || came.missing || came.error)) return
  history.replaceState(null, '', '/')
  if ('signed-in' in came) return say(came['signed-in'] === 'new' ? 'Welcome' : 'Signed in')
  if (came.linked) {
    location.hash = '#/account'
    return say('Linked')
  }
  const user = await (came.missing ? askForRest(came) : answerProblem(came))
  if (user) enter(user)
}

function askForRest({ username = '' }) {
  return askFor(
    {
      title: 'Choose a username',
      content: [text('It is what others see of you here.')],
      fields: [
        { label: 'Username', name: 'username', value: username, autocapitalize: 'none', spellcheck: false },
      ],
      submit: 'Create account',
    },
    async (values) => (await send('POST', '/users/register/identity', values)).user,
  )
}

async function answerProblem({ error, challenge, factors }) {
  if (error === 'second-factor-required')
    return await askFactor({ token: challenge, factors: factors.split(',') })
  if (error === 'link-required') showSignIn()
  say(sentences[error] ?? `That did not work: ${error}`)
  return null
}
