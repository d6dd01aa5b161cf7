const svg = 'http://www.w3.org/2000/svg'
const day = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })
const ago = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' })

export const element = (id) => document.getElementById(id)

/** Creates an element; `properties` are those of the DOM. */
export function node(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children.filter((child) => child !== null))
  return made
}

/** One of the icons in index.html. */
export function icon(name) {
  const made = document.createElementNS(svg, 'svg')
  const use = document.createElementNS(svg, 'use')
  use.setAttribute('href', `#icon-${name}`)
  made.setAttribute('class', 'icon')
  made.setAttribute('aria-hidden', 'true')
  made.append(use)
  return made
}

export function exactTime(text) {
  return day.format(new Date(text))
}

export function timeAgo(text) {
  const seconds = (Date.parse(text) - Date.now()) / 1000
  const steps = [
    ['day', 86_400],
    ['hour', 3600],
    ['minute', 60],
  ]
  if (seconds < -30 * 86_400) return exactTime(text)
  const [unit, size] = steps.find(([, length]) => -seconds >= length) ?? ['second', 1]
  return ago.format(Math.min(0, Math.round(seconds / size)), unit)
}

const said = element('said')

/** Shows a message for a moment at the bottom of the page. */
export function say(text) {
  // A dialog covers everything outside of it.
  const place = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body
  if (said.parentNode !== place) place.append(said)
  // When the text is removed, the old one stays while it fades.
  if (text !== '') said.textContent = text
  said.classList.toggle('shown', text !== '')
  clearTimeout(say.timer)
  say.timer = setTimeout(() => said.classList.remove('shown'), 2500)
}

export function sayProblem(problem) {
  say(problem.errors?.[0]?.message ?? problem.detail ?? problem.title ?? problem.message)
}

/** A button that cannot be pressed twice while `work` runs, and shows its errors. */
export function button(properties, work, ...children) {
  const made = node('button', { type: 'button', ...properties }, ...children)
  made.addEventListener('click', async () => {
    made.disabled = true
    await work().catch(sayProblem)
    made.disabled = false
  })
  return made
}
