import { element, node, say } from './dom.js'

export function clearProblem(form) {
  for (const note of form.querySelectorAll('.wrong, .problem')) note.remove()
  for (const field of form.elements) field.removeAttribute('aria-invalid')
}

/** Shows each error next to its field, and the others above the button. */
export function showProblem(form, problem) {
  const rest = []
  for (const { path, message } of problem.errors ?? []) {
    const field = form.elements.namedItem(path)
    if (!field) rest.push(message)
    else {
      field.setAttribute('aria-invalid', 'true')
      field.after(node('span', { className: 'wrong' }, message))
    }
  }
  if (problem.errors?.length && rest.length === 0) {
    form.querySelector('[aria-invalid]').focus()
    return
  }
  const text = rest.length > 0 ? rest.join('. ') : (problem.detail ?? problem.title ?? problem.message)
  const box = node('p', { className: 'problem', role: 'alert' }, `${text} `)
  box.append(node('code', {}, problem.code ?? ''))
  form.querySelector('[type=submit]').before(box)
}

export function onSubmit(id, work) {
  watchForm(element(id), work)
}

/** Calls `work` with the values of a form when it is submitted, and shows its errors. */
export function watchForm(form, work) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    clearProblem(form)
    say('')
    const submit = form.querySelector('[type=submit]')
    submit.disabled = true
    try {
      await work(Object.fromEntries(new FormData(form)), form)
    } catch (problem) {
      showProblem(form, problem)
    } finally {
      submit.disabled = false
    }
  })
}

export function withoutBlanks(fields) {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''))
}
