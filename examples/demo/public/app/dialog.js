import { button, node } from './dom.js'
import { clearProblem, watchForm } from './forms.js'

/**
 * Shows a dialog. `work` gets the values of the fields, and its errors are shown in the dialog. `choices` are other
 * actions, with a `label` and their own `work`; one that returns nothing leaves the dialog open. Resolves to the result (`true`
 * if it is empty), or to `null` if the dialog was closed.
 */
export function askFor(
  { title, content = [], fields = [], submit, danger = false, choices = [], cancel = 'Cancel' },
  work,
) {
  return new Promise((resolve) => {
    const form = node('form', { noValidate: true }, node('h2', {}, title), ...content)
    const dialog = node('dialog', {}, form)
    let made = null

    function finish(result) {
      made = result
      dialog.close()
    }
    function choiceButton({ label, work: choose }) {
      const run = async () => {
        clearProblem(form)
        const result = await choose(valuesOf(form))
        if (result) finish(result)
      }
      return button({ className: 'plain' }, run, label)
    }
    form.append(
      ...fields.map(field),
      node('button', { type: 'submit', className: danger ? 'danger' : '' }, submit),
      node('div', { className: 'choices', hidden: choices.length === 0 }, ...choices.map(choiceButton)),
      button({ className: 'bare', hidden: cancel === null }, async () => dialog.close(), cancel ?? ''),
    )
    watchForm(form, async (values) => finish((await work(values)) ?? true))
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(made)
    })
    document.body.append(dialog)
    dialog.showModal()
  })
}

const valuesOf = (form) => Object.fromEntries(new FormData(form))

/** A field with its label; `properties` are those of the input. */
function field({ label, ...properties }, index) {
  const input = node('input', { autofocus: index === 0, ...properties })
  if (properties.type === 'checkbox') return node('label', { className: 'check' }, input, label)
  return node('label', {}, label, input)
}

export const text = (...parts) => node('p', { className: 'quiet' }, ...parts)

/** Where the email of the demo can be read. */
export function mailHint(sentence) {
  const link = node('a', { className: 'link', href: '/dev/mail', target: '_blank' }, 'the mail of the demo')
  return text(`${sentence} Read it in `, link, '.')
}

export const loginField = {
  label: 'Username or email',
  name: 'login',
  autocomplete: 'username',
  autocapitalize: 'none',
  spellcheck: false,
}
export const codeField = { label: 'Code', name: 'code', autocomplete: 'one-time-code', spellcheck: false }
export const newPasswordField = {
  label: 'New password',
  name: 'password',
  type: 'password',
  autocomplete: 'new-password',
}
