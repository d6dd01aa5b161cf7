import { openAccount, startAccount } from './account.js'
import { askServer, call, send } from './api.js'
import { openCompose, startCompose } from './compose.js'
import { button, element, node, say } from './dom.js'
import { clearProblem, onSubmit, withoutBlanks } from './forms.js'
import { avatar, profileLink } from './people.js'
import { feedView, followsView, postView, profileView, savedView } from './views.js'

/** The account that is signed in; `null` for a guest. */
let me = null

const sections = ['guest', 'view', 'new', 'account']

/** What stands at which address: a section of the page to fill, or elements for the view. */
const routes = [
  [/^$/, () => feedView(me)],
  [/^new$/, () => openCompose(), 'new'],
  [/^account$/, () => openAccount(me), 'account'],
  [/^saved$/, () => savedView(me)],
  [/^p\/([\w-]+)$/, (id) => postView(me, id)],
  [/^@([^/]+)$/, (username) => profileView(me, username)],
  [/^@([^/]+)\/(followers|following)$/, (username, list) => followsView(username, list)],
]

function showSection(name) {
  for (const id of sections) element(id).hidden = id !== name
  element('nav').hidden = name === 'guest'
  element('find').hidden = name === 'guest'
}

async function open() {
  if (!me) return showSection('guest')
  const path = location.hash.replace(/^#\/?/, '')
  const found = routes.find(([pattern]) => pattern.test(path)) ?? routes[0]
  const [pattern, show, section = 'view'] = found
  for (const link of element('nav').querySelectorAll('a')) {
    link.toggleAttribute('aria-current', link.getAttribute('href') === (location.hash || '#/'))
  }
  const parts = (pattern.exec(path) ?? []).slice(1).map((part) => decodeURIComponent(part))
  try {
    const shown = await show(...parts)
    // Another view may have been asked for meanwhile.
    if (path !== location.hash.replace(/^#\/?/, '')) return
    if (shown) element('view').replaceChildren(...shown)
  } catch (problem) {
    if (problem.status === 401) return enter(null)
    const text = node('p', { className: 'quiet' }, problem.detail ?? problem.message)
    const title = node('h2', {}, problem.status === 404 ? 'Not here' : 'That did not work')
    element('view').replaceChildren(node('div', { className: 'card empty' }, title, text))
    showSection('view')
    return
  }
  showSection(section)
  scrollTo(0, 0)
}

/** Shows the page to an account, or to a guest. */
function enter(user) {
  const before = me?.id
  showMe(user)
  if (before === user?.id) return
  for (const form of document.forms) {
    form.reset()
    clearProblem(form)
  }
  document.querySelector('details').open = false
  if (user === null && location.hash.length > 2) location.hash = '#/'
  else void open()
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
  })
}

onSubmit('register', async (fields) =>
  enter((await send('POST', '/users/register', withoutBlanks(fields))).user),
)
onSubmit('login', async (fields) => enter((await send('POST', '/users/login', fields)).user))
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
startCompose()
startAccount({ current: () => me, onChange: (user) => (user ? showMe(user) : enter(null)) })
addEventListener('hashchange', () => void open())
void askServer().then(({ host }) => {
  if (host) element('kept').textContent = `with ${host}`
})
call('GET', '/users/me').then(enter, () => showSection('guest'))
