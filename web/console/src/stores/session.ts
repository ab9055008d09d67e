export { useSession } from '@shared/session'
