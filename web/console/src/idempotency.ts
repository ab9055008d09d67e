export { idempotency } from '@shared/idempotency'
