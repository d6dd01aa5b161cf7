export {
  type CliConfig,
  type CliConfigExport,
  defineConfig,
  type HttpSettings,
  type MongoProbe,
  type PostgresProbe,
  type RedisProbe,
} from './config/cli-config.ts'
