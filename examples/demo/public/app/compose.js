import { call } from './api.js'
import { button, element, icon, node, say, sayProblem } from './dom.js'
import { clearProblem, onSubmit } from './forms.js'
import { createUpload, isPassing } from './upload.js'

const most = 10

/** Uploads on the page, in order: `{ tile, alt, media, failed }`; `media` is set once the server has accepted the file. */
let uploads = []

/** Clears the form for a new post. */
export function openCompose() {
  for (const { preview } of uploads) URL.revokeObjectURL(preview)
  uploads = []
  element('compose').reset()
  clearProblem(element('compose'))
  element('uploads').replaceChildren()
  showSuggestions([])
  update()
}

export function startCompose() {
  const picker = element('picker')
  picker.addEventListener('change', () => {
    addFiles([...picker.files])
    picker.value = ''
  })
  const drop = element('drop')
  for (const kind of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(kind, (event) => {
      event.preventDefault()
      drop.classList.toggle('over', kind === 'dragover')
      if (kind === 'drop') addFiles([...event.dataTransfer.files])
    })
  }
  element('suggest').replaceWith(
    button({ id: 'suggest', className: 'plain small', disabled: true }, suggest, icon('spark'), 'Suggest'),
  )
  onSubmit('compose', publish)
}

function addFiles(files) {
  if (uploads.length + files.length > most) say(`At most ${most} in one post`)
  for (const file of files.slice(0, most - uploads.length)) void takeIn(addTile(file))
}

function addTile(file) {
  const preview = URL.createObjectURL(file)
  const shown = file.type.startsWith('video/')
    ? node('video', { src: preview, muted: true })
    : node('img', { src: preview, alt: '' })
  const alt = node('input', { placeholder: 'What is to be seen', ariaLabel: 'Alternative text' })
  const tile = node('div', { className: 'upload' }, node('div', {}, shown), alt)
  const entry = { tile, alt, preview, upload: createUpload(file), media: null, failed: false }
  const away = { className: 'away', ariaLabel: 'Remove', title: 'Remove' }
  tile.firstChild.append(button(away, async () => remove(entry), icon('cross')))
  uploads.push(entry)
  element('uploads').append(tile)
  return entry
}

/** An upload with a temporary failure stays, with its description, and a retry continues from where it stopped. */
async function takeIn(entry) {
  const { tile, upload } = entry
  entry.failed = false
  tile.classList.add('busy')
  update()
  try {
    entry.media = await upload()
    tile.firstChild.append(palette(entry.media))
  } catch (problem) {
    sayProblem(problem)
    if (isPassing(problem)) offerAgain(entry)
    else remove(entry)
  }
  tile.classList.remove('busy')
  update()
}

function offerAgain(entry) {
  entry.failed = true
  const again = button(
    { className: 'again' },
    async () => {
      again.remove()
      await takeIn(entry)
    },
    'Try again',
  )
  entry.tile.firstChild.append(again)
}

function palette({ palette: colors }) {
  const dots = colors.map((color) => {
    const dot = node('i', {})
    dot.style.background = color
    return dot
  })
  return node('span', { className: 'palette', title: 'Its main colors' }, ...dots)
}

function remove(entry) {
  entry.tile.remove()
  URL.revokeObjectURL(entry.preview)
  uploads = uploads.filter((other) => other !== entry)
  update()
}

function update() {
  const failed = uploads.some((entry) => entry.failed)
  const waiting = uploads.some(({ media }) => media === null)
  element('publish').disabled = waiting
  element('publish').textContent = failed ? 'Not all there yet' : waiting ? 'Uploading…' : 'Share'
  element('suggest').disabled = !uploads.some(({ media }) => media?.kind === 'image')
  element('drop').classList.toggle('compact', uploads.length > 0)
}

async function suggest() {
  const { media } = uploads.find((entry) => entry.media?.kind === 'image')
  const hint = element('caption').value.trim().slice(0, 300)
  const language = navigator.language
  const { suggestions } = await call('POST', `/media/${media.id}/captions`, { hint, language })
  showSuggestions(suggestions)
}

function showSuggestions(suggestions) {
  element('suggestions').replaceChildren(
    ...suggestions.map((text) =>
      button(
        { className: 'suggestion' },
        async () => {
          element('caption').value = text
          showSuggestions([])
        },
        text,
      ),
    ),
  )
}

async function publish({ caption }) {
  const media = uploads.map(({ media: { id }, alt }) => ({ id, alt: alt.value.trim() }))
  await call('POST', '/posts', { caption, media })
  location.hash = '#/'
  say('Shared')
}
