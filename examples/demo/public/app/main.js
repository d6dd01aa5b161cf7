import { openAccount, startAccount } from './account.js'
import { castView, hasCast, loadCast, showAside } from './cast.js'
import { askServer, call, send } from './api.js'
import { openCompose, startCompose } from './compose.js'
import { button, element, node, say } from './dom.js'
import { followReturn, startElsewhere } from './elsewhere.js'
import { clearProblem, onSubmit, withoutBlanks } from './forms.js'
import { watchMail } from './mail-count.js'
import { followMailLink } from './mail-links.js'
import { offerPasskeys, withdrawPasskeys } from './passkey.js'
import { avatar, profileLink } from './people.js'
import { startProving } from './prove.js'
import { startSignIn } from './sign-in.js'
import { exploreView, feedView, followsView, postView, profileView, savedView, visitorView } from './views.js'

/** The account that is signed in; `null` for a guest. */
let me = null

const sections = ['guest', 'view', 'new', 'account']

/** The view for each path: a section of the page to fill, or elements. Guests get it if `forGuests` is set. */
const routes = [
  { pattern: /^$/, show: () => (me ? feedView(me) : visitorView()), forGuests: true, wide: true },
  { pattern: /^as$/, show: () => castView(enter), forGuests: true },
  { pattern: /^join$/, show: () => {}, section: 'guest', forGuests: true },
  { pattern: /^explore$/, show: () => exploreView(), wide: true },
  { pattern: /^new$/, show: () => openCompose(), section: 'new' },
  { pattern: /^account$/, show: () => openAccount(me), section: 'account' },
  { pattern: /^saved$/, show: () => savedView(me), wide: true },
  { pattern: /^p\/([\w-]+)$/, show: (id) => postView(me, id), forGuests: true, wide: true },
  { pattern: /^@([^/]+)$/, show: (username) => profileView(me, username), forGuests: true, wide: true },
  {
    pattern: /^@([^/]+)\/(followers|following)$/,
    show: (username, list) => followsView(username, list),
    forGuests: true,
    wide: true,
  },
]

/** Shows a section; `wide` if there is room next to it for the demo accounts. */
function showSection(name, wide = false) {
  for (const id of sections) element(id).hidden = id !== name
  const bare = !me && !hasCast()
  element('nav').hidden = !me
  element('guest-nav').hidden = me !== null || bare
  element('find').hidden = bare
  element('explore').hidden = !hasCast()
  element('aside').hidden = !wide || !hasCast()
  element('stage').classList.toggle('wide', !element('aside').hidden)
  // A phone only has room for them there.
  element('stage').classList.toggle('home', pathNow() === '')
  offerAutofill()
}

/** Passkeys are offered while there is a field for selecting one. */
function offerAutofill() {
  if (element('guest').hidden || element('login').hidden) withdrawPasskeys()
  else void offerPasskeys(enter)
}

const pathNow = () => location.hash.replace(/^#\/?/, '')

/** The requested route; routes for members lead guests to the registration. */
function findRoute(path) {
  const found = routes.find(({ pattern }) => pattern.test(path)) ?? routes[0]
  if (me || (found.forGuests && hasCast())) return found
  return routes.find(({ pattern }) => pattern.test(hasCast() ? 'as' : 'join'))
}

async function open() {
  const [path, asker] = [pathNow(), me?.id]
  // Another view may have been requested meanwhile, or by another account.
  const isOver = () => path !== pathNow() || asker !== me?.id
  const { pattern, show, section = 'view', wide } = findRoute(path)
  for (const link of document.querySelectorAll('nav a')) {
    link.toggleAttribute('aria-current', link.getAttribute('href') === (location.hash || '#/'))
  }
  const parts = (pattern.exec(path) ?? []).slice(1).map((part) => decodeURIComponent(part))
  try {
    const shown = await show(...parts)
    if (isOver()) return
    if (shown) element('view').replaceChildren(...shown)
  } catch (problem) {
    if (isOver()) return
    if (problem.status === 401 && me) return enter(null)
    const text = node('p', { className: 'quiet' }, problem.detail ?? problem.message)
    const title = node('h2', {}, problem.status === 404 ? 'Not here' : 'That did not work')
    element('view').replaceChildren(node('div', { className: 'card empty' }, title, text))
    showSection('view')
    return
  }
  showSection(section, wide)
  scrollTo(0, 0)
}

/** Shows the page to an account, or to a guest. */
function enter(user) {
  const before = me?.id
  showMe(user)
  showAside(user, enter)
  if (before === user?.id) return open()
  for (const form of document.forms) {
    form.reset()
    clearProblem(form)
  }
  document.querySelector('details').open = false
  const leaves = user === null || pathNow() === 'join'
  if (leaves && pathNow() !== '') location.hash = '#/'
  else return open()
}

function showMe(user) {
  me = user
  if (!user) return
  const own = element('own')
  own.href = profileLink(user)
  own.replaceChildren(avatar(user, 'tiny'), node('span', {}, 'Profile'))
}

for (const tab of document.querySelectorAll('[role=tab]')) {
  tab.addEventListener('click', () => {
    for (const other of document.querySelectorAll('[role=tab]')) {
      other.setAttribute('aria-selected', String(other === tab))
      element(other.dataset.shows).hidden = other !== tab
    }
    offerAutofill()
  })
}

onSubmit('register', async (fields) => {
  try {
    enter((await send('POST', '/users/register', withoutBlanks(fields))).user)
  } catch (problem) {
    // The code is only needed in an app with invitations.
    if (problem.errors?.some(({ path }) => path === 'invitation')) element('invitation').hidden = false
    throw problem
  }
})
startSignIn(enter)
onSubmit('find', async ({ username }, form) => {
  const name = username.trim().replace(/^@/, '')
  if (name === '') return
  form.reset()
  location.hash = profileLink({ username: name })
})
element('logout').replaceWith(
  button(
    { className: 'plain small' },
    async () => {
      await send('POST', '/users/logout', {})
      enter(null)
      say('Logged out')
    },
    'Log out',
  ),
)
void startElsewhere()
startProving()
startCompose()
startAccount({ current: () => me, onChange: (user) => (user ? showMe(user) : enter(null)) })
addEventListener('hashchange', () => void open())
void askServer().then(({ host }) => {
  if (host) element('kept').textContent = `with ${host}`
})
void watchMail(({ length }) => (element('mail-count').textContent = length > 0 ? String(length) : ''))
await loadCast()
const readMe = () => call('GET', '/users/me').then(enter, () => enter(null))
await readMe()
await followMailLink(readMe)
await followReturn(enter)
