import { compareRoutes } from '../http/compare-routes.ts'

await compareRoutes('express')
