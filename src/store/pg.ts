/** node-postgres, for whoever needs its own classes. */
// oxlint-disable-next-line import/no-unassigned-import -- it is there for what it does, and before the other is loaded
import './navigator.ts';
export { default } from 'pg';
