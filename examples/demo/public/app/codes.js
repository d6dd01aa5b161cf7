import { send } from './api.js'
import { askFor, codeField, mailHint } from './dialog.js'
import { say } from './dom.js'

/**
 * Asks for the code of a flow that has sent one, and for additional `fields`. The other choice sends the code again.
 */
export function askCode({ flow, purpose, title, sentence, fields = [], submit }, work) {
  const again = {
    label: 'Send another code',
    async work() {
      await send('POST', '/codes/resend', { purpose, flow })
      say('Another code is on its way; the one before no longer works')
    },
  }
  return askFor(
    { title, content: [mailHint(sentence)], fields: [codeField, ...fields], submit, choices: [again] },
    (values) => work({ flow, ...values }),
  )
}
