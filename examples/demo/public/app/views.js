import { ask, call } from './api.js'
import { icon, node } from './dom.js'
import { avatar, followButton, nameOf, personLink, profileLink } from './people.js'
import { pagedList } from './pages.js'
import { postCard, postTile } from './post.js'

/** The home feed. */
export async function feedView(me) {
  const empty = [
    node('h2', {}, 'Nothing here yet'),
    node('p', { className: 'quiet' }, 'Share a picture, or follow somebody: their posts come here.'),
    node('a', { className: 'button', href: '#/new' }, icon('plus'), 'Share the first picture'),
  ]
  return await pagedList({ path: '/feed', className: 'stream', show: (post) => postCard(post, me), empty })
}

/** The posts of everyone, for guests. */
export async function visitorView() {
  const empty = [node('h2', {}, 'Nothing here yet')]
  const show = (post) => postCard(post, null)
  return await pagedList({ path: '/posts', from: ask, className: 'stream', show, empty })
}

/** The same as a grid, for members. */
export async function exploreView() {
  const empty = [node('h2', {}, 'Nothing here yet')]
  const list = await pagedList({ path: '/posts', from: ask, className: 'grid', show: postTile, empty })
  return [node('h1', {}, 'Explore'), ...list]
}

/** The posts that the viewer has saved. */
export async function savedView(me) {
  const empty = [
    node('h2', {}, 'Nothing saved'),
    node('p', { className: 'quiet' }, 'Only you see this list.'),
  ]
  const list = await pagedList({ path: '/users/me/saved', className: 'grid', show: postTile, empty })
  return [node('h1', {}, 'Saved'), ...list]
}

/** One post, with its likes. */
export async function postView(me, id) {
  const path = `/posts/${encodeURIComponent(id)}`
  const card = postCard(await call('GET', path), me)
  const empty = [node('p', { className: 'quiet' }, 'Nobody has liked this yet.')]
  const show = (user) => personLink(user)
  const likes = await pagedList({ path: `${path}/likes`, className: 'card people', show, empty })
  return [card, node('h2', { className: 'below' }, 'Liked by'), ...likes]
}

/** A profile with its posts. */
export async function profileView(me, username) {
  const path = `/users/${encodeURIComponent(username)}`
  const user = await call('GET', path)
  const empty = [node('p', { className: 'quiet' }, 'No posts yet.')]
  const posts = await pagedList({ path: `${path}/posts`, className: 'grid', show: postTile, empty })
  return [profileHead(user, me), ...posts]
}

/** The followers of an account, or the accounts it follows. */
export async function followsView(username, list) {
  const path = `/users/${encodeURIComponent(username)}/${list}`
  const empty = [node('p', { className: 'quiet' }, 'Nobody yet.')]
  const people = await pagedList({ path, className: 'card people', show: (user) => personLink(user), empty })
  const title = list === 'followers' ? 'Followers of ' : 'Followed by '
  const name = node('a', { href: profileLink({ username }) }, `@${username}`)
  return [node('h1', {}, title, name), ...people]
}

function profileHead(user, me) {
  const followers = count(user, 'followers')
  const action =
    user.id === me?.id
      ? node('a', { className: 'button plain small', href: '#/account' }, 'Edit profile')
      : followButton(user, (state) => {
          followers.replaceChildren(...countOf(state.followers, 'followers'))
        })
  const head = node('div', { className: 'card profile' })
  if (user.cover) head.append(node('img', { className: 'cover', src: user.cover.renditions.feed, alt: '' }))
  head.append(
    node(
      'div',
      { className: 'profile-head' },
      avatar(user, 'large'),
      node(
        'div',
        { className: 'profile-name' },
        node('h1', {}, nameOf(user)),
        node(
          'div',
          { className: 'quiet' },
          `@${user.username}${user.viewer?.followedBy ? ' · follows you' : ''}`,
        ),
      ),
      action,
    ),
    node('p', { className: 'caption' }, user.bio),
    node('div', { className: 'counts' }, count(user, 'posts'), followers, count(user, 'following')),
  )
  return head
}

function count({ counts, username }, what) {
  const shown = countOf(counts[what], what)
  if (what === 'posts') return node('span', {}, ...shown)
  return node('a', { href: `${profileLink({ username })}/${what}` }, ...shown)
}

function countOf(number, what) {
  const label = number === 1 && what !== 'following' ? what.slice(0, -1) : what
  return [node('strong', {}, String(number)), ` ${label}`]
}
