import { Agent, get } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/** Calls a server every ten milliseconds and reports how long the responses took: from when they were due, not from when they were sent. */
const { port } = workerData as { port: number }
const agent = new Agent({ keepAlive: true, maxSockets: 50 })
const every = 10
let taken: number[] = []
let due = performance.now()

function ask(asked: number): void {
  // An error also counts as a response with that duration: connections are reset if a server was blocked for seconds.
  const done = (): void => void taken.push(performance.now() - asked)
  get({ port, host: '127.0.0.1', path: '/health', agent }, (response) => {
    response.resume().on('end', done)
  }).on('error', done)
}

setInterval(() => {
  for (; due <= performance.now(); due += every) ask(due)
}, every / 2)

parentPort?.on('message', () => {
  parentPort?.postMessage(taken)
  taken = []
})
parentPort?.postMessage('ready')
