/** Which instances have launched which. */
import type { Connection } from './database.ts';
import type { InstanceStatus } from './instances.ts';
import type { Period } from '../workflow/task/wait.ts';

export interface RelatedInstance {
  readonly id: number;
  readonly definitionId: number;
  readonly definitionName: string;
  readonly status: InstanceStatus;
}

/** Null when nobody's sub process, or of one that is gone. */
export async function parentOf(
  on: Connection,
  instanceId: number,
): Promise<RelatedInstance | null> {
  const [row] = await on.query<RelatedInstance>(
    `select p.id, p.definition_id, p.definition_name, p.status
     from instances c join tokens t on t.id = c.parent_token_id join instances p on p.id = t.instance_id
     where c.id = $1`,
    [instanceId],
  );
  return row ?? null;
}

export interface ChildInstance extends RelatedInstance {
  /** The step that launched it, at which attempt. */
  readonly tokenId: number;
  readonly attempt: number;
  readonly createdAt: Date;
}

/** What the steps of an instance have launched, oldest first. */
export function childrenOf(on: Connection, instanceId: number): Promise<ChildInstance[]> {
  return on.query<ChildInstance>(
    `select c.id, c.definition_id, c.definition_name, c.status, t.id as token_id,
       c.parent_attempt as attempt, c.created_at
     from tokens t join instances c on c.parent_token_id = t.id
     where t.instance_id = $1 order by c.id`,
    [instanceId],
  );
}

/** An instance, what has launched it, what has launched that, and so on. */
export function ancestorsOf(on: Connection, instanceId: number): Promise<RelatedInstance[]> {
  return on.query<RelatedInstance>(
    `with recursive lineage as (
       select i.*, 0 as distance from instances i where id = $1
       union all
       select p.*, distance + 1 from lineage c join tokens t on t.id = c.parent_token_id
         join instances p on p.id = t.instance_id)
     select id, definition_id, definition_name, status from lineage order by distance`,
    [instanceId],
  );
}

export interface AwaitedJob {
  readonly tokenId: number;
  readonly definitionId: number;
  /** Null: there is none any more, or never was. */
  readonly definitionName: string | null;
  readonly period: Period;
  /** The instance that has succeeded; null: it is waited for. */
  readonly instanceId: number | null;
}

/** What the steps of an instance wait for now. */
export function awaitedBy(on: Connection, instanceId: number): Promise<AwaitedJob[]> {
  return on.query<AwaitedJob>(
    `select t.id as token_id, a.definition_id, d.name as definition_name, a.period, a.instance_id
     from tokens t join awaits a on a.token_id = t.id and a.attempt = t.attempt
       left join definitions d on d.id = a.definition_id and d.deleted_at is null
     where t.instance_id = $1 and t.status = 'waiting' order by t.id, a.number`,
    [instanceId],
  );
}
