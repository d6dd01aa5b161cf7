export { type CallBudget, type CallBudgetOptions, type CallCause, createCallBudget } from '../call-budget.ts'
export { createFairQueue, type FairQueue, type FairQueueOptions, type Turn } from '../fair-queue.ts'
